using System.Text.Json.Nodes;
using Prunus.Jobs;
using Prunus.Lottery.Experiments;
using Prunus.Runs;
using TorchSharp;

namespace Prunus.Recipes;

/// <summary>What of a recipe is run.</summary>
/// <param name="IdOrPath">A recipe's id or a YAML file.</param>
/// <param name="Size">tiny, cpu or gpu.</param>
/// <param name="Seeds">Seeds in place of the recipe's own; null for those.</param>
/// <param name="Only">Patterns of the variants to run; empty for all. Claims and figures that lack one are left out.</param>
/// <param name="Text">A recipe that is in no file, kept as recipe.yaml in the run's folder; <paramref name="IdOrPath"/> is what errors name then. Null to read it.</param>
public sealed record RecipeRunOptions(string IdOrPath, string Size, IReadOnlyList<long>? Seeds = null, IReadOnlyList<string>? Only = null, string? Text = null)
{
    /// <summary>Most trainings of ticket experiments that are done as one batched model; null = 64 of MLPs on a GPU, else 1. It changes no number but by rounding.</summary>
    public int? Stack { get; init; }

    /// <summary>Whether trainings of ticket experiments on a GPU record a step as a CUDA graph and launch that; it changes no number but by rounding. Default true.</summary>
    public bool Graphs { get; init; } = true;
}

/// <summary>
/// Runs a recipe at a size: every cell (a variant or a ticket at a level, with a seed) is done once and kept, so that a run that was stopped or killed goes on
/// cell by cell (and inside a cell from its training's checkpoint). Then the record is made from all of them.
/// </summary>
public sealed class RecipeRun
{
    private const string CellsFile = "cells.json", TimingsFile = "timings.json", RecipeFile = "recipe.yaml";
    private const string Again = "put it back, or use --fresh to do the run again";
    private const int StackOnGpu = 64;
    private readonly RecipeRunOptions _options;
    private readonly IRecipeStudy _study;
    private IReadOnlyList<string> _found = [];

    /// <summary>Reads the recipe, finds its data and donors, and trains those donors that it wants trained and that are not in the cache.</summary>
    /// <exception cref="PrunusInputException">The recipe is faulty, or a text, model or set of images is not there.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while a donor was trained; the same call goes on.</exception>
    public RecipeRun(RecipeRunOptions options, RecipeSources sources, torch.Device device, IProgress<ProgressUpdate>? progress = null, CancellationToken cancellation = default)
    {
        _options = options;
        var source = options.Text is { } text ? (File: options.IdOrPath, Text: text) : RecipeCatalogue.Open(options.IdOrPath);
        Recipe = RecipeReader.Read(source.File, source.Text, options.Only);
        Size = Recipe.Size(options.Size);
        Size = options.Seeds is { } seeds ? Size with { Seeds = seeds } : Size;
        _study = Size.Tickets is { } tickets ? new TicketCells(tickets, Size.Seeds, options.Size, source, sources, Most, options.Graphs)
            : Size.Universal is { } universal ? new UniversalCells(universal, Size.Seeds, sources)
            : Size.Strong is { } strong ? new StrongCells(strong, Size.Seeds, sources)
            : Size.Sparsity is { } sparsity ? new SparsityCells(sparsity, Size.Seeds, options.Size, source, sources)
            : new PruningStudy(Size, options.Size, source, sources, device, progress, cancellation);
        var identity = new JsonObject
        {
            ["recipe"] = Recipe.Id,
            ["file"] = ContentHash.Of(source.Text),
            ["size"] = options.Size,
            ["seeds"] = new JsonArray([.. Size.Seeds.Select(s => (JsonNode)s)]),
            ["only"] = options.Only is { Count: > 0 } only ? new JsonArray([.. only.Select(o => (JsonNode)o)]) : null,
        };
        foreach (var (name, value) in _study.Inputs)
        {
            identity[name] = value?.DeepClone();
        }

        int Most(string net) => options.Stack ?? (device.type == DeviceType.CUDA && TicketStack.Pays(net) ? StackOnGpu : 1);

        identity["device"] = device.type == DeviceType.CUDA ? "cuda" : "cpu";
        Identity = new RunIdentity($"{Recipe.Id}-{options.Size}", identity)
        {
            Meanings = new Dictionary<string, string> { ["file"] = options.Text is null ? $"another text of the recipe than {source.File} has now" : $"one with other options, which its {RecipeFile} has" },
        };
    }

    public Recipe Recipe { get; }

    public RecipeSize Size { get; }

    public RunIdentity Identity { get; }

    /// <summary>What went another way than it should have, a line each; the numbers hold.</summary>
    public IReadOnlyList<string> Warnings => [.. _study.Warnings, .. _found];

    /// <summary>Jobs at a time on the devices together, where the user doesn't say.</summary>
    public int JobsOn(IReadOnlyList<torch.Device> devices) => devices[0].type == DeviceType.CUDA ? _study.JobsOnGpu * devices.Count : 1;

    /// <summary>Looks at options of <see cref="Run"/> before a folder is made for it.</summary>
    /// <exception cref="PrunusInputException">One is out of range, or more jobs at a time than a GPU takes.</exception>
    public void Validate(JobPoolOptions workers) => _study.Validate(workers);

    /// <summary>Does the cells that are not done yet and returns the record (also written to the folder).</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the same call goes on.</exception>
    public Record Run(RunFolder folder, JobPoolOptions workers, IProgress<ProgressUpdate>? progress = null, CancellationToken cancellation = default)
    {
        folder.Stage("cells", scratch =>
        {
            var cells = _study.Cells(folder.WorkPath("cells"), scratch, folder.Identity.Hash, workers, progress, cancellation);
            if (_options.Text is { } text)
            {
                AtomicFile.WriteText(Path.Combine(scratch, RecipeFile), text);
            }

            Write(Path.Combine(scratch, CellsFile), cells);
            if (_study.Timings(folder.WorkPath("cells"), progress, cancellation) is { Count: > 0 } timings)
            {
                Write(Path.Combine(scratch, TimingsFile), timings);
            }
        });
        if (folder.Lost("cells") is [var lost, ..])
        {
            throw new PrunusInputException(folder.PathOf(lost), "is a result of this run, and not there any more", Again);
        }

        var cells = ReadCells(folder.PathOf(CellsFile));
        foreach (var (cell, timed) in File.Exists(folder.PathOf(TimingsFile)) ? ReadCells(folder.PathOf(TimingsFile)) : [])
        {
            cells[cell] = cells[cell] with { Metrics = cells[cell].Metrics.Concat(timed.Metrics).ToDictionary(StringComparer.Ordinal) };
        }

        var results = new RecipeResults(Size, cells);
        _found = TicketWarnings.Of(results);
        var record = RecipeRecord.Make(Recipe, _options.Size, Identity, results);
        RecordJson.Write(folder.Path, record);
        return record;
    }

    private static void Write(string path, IReadOnlyList<RecipeCell> cells)
    {
        var json = new JsonArray([.. cells.Select(c => new JsonObject { ["variant"] = c.Name, ["seed"] = c.Seed, ["result"] = c.Result.ToJson() })]);
        AtomicFile.WriteText(path, new JsonObject { ["format"] = "prunus-cells/1", ["cells"] = json }.ToJsonString() + "\n");
    }

    private static Dictionary<(string Variant, long Seed), CellResult> ReadCells(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path))!["cells"]!.AsArray()
                .ToDictionary(c => (c!["variant"]!.GetValue<string>(), c["seed"]!.GetValue<long>()), c => CellResult.FromJson(c!["result"]!.AsObject(), path));
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException or NullReferenceException or FormatException or ArgumentException or PrunusInputException)
        {
            throw new PrunusInputException(path, "is damaged: the run's results cannot be read", Again, e);
        }
    }
}
