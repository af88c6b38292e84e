using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Evaluation.Tasks;
using Prunus.Jobs;
using Prunus.Runs;
using TorchSharp;

namespace Prunus.Recipes;

/// <summary>What of a recipe is run.</summary>
/// <param name="IdOrPath">A recipe's id or a YAML file.</param>
/// <param name="Size">tiny, cpu or gpu.</param>
/// <param name="Seeds">Seeds in place of the recipe's own; null for those.</param>
/// <param name="Only">Patterns of the variants to run; empty for all. Claims and figures that lack one are left out.</param>
public sealed record RecipeRunOptions(string IdOrPath, string Size, IReadOnlyList<long>? Seeds = null, IReadOnlyList<string>? Only = null);

/// <summary>
/// Runs a recipe at a size: every variant with every seed is a cell, done once and kept, so that a run that was stopped or killed goes on cell by cell
/// (and inside a cell from its training's checkpoint). Then the record is made from all of them.
/// </summary>
public sealed class RecipeRun
{
    private readonly RecipeRunOptions _options;
    private readonly RecipeSources _sources;
    private readonly torch.Device _device;
    private readonly (string File, string Text) _source;
    private readonly Dictionary<string, string> _donors;

    /// <summary>Reads the recipe, finds its texts and donors, and trains those donors that it wants trained and that are not in the cache.</summary>
    /// <exception cref="PrunusInputException">The recipe is faulty, or a text or model is not there.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while a donor was trained; the same call goes on.</exception>
    public RecipeRun(RecipeRunOptions options, RecipeSources sources, torch.Device device, IProgress<ProgressUpdate>? progress = null, CancellationToken cancellation = default)
    {
        (_options, _sources, _device) = (options, sources, device);
        _source = RecipeCatalogue.Open(options.IdOrPath);
        Recipe = RecipeReader.Read(_source.File, _source.Text, options.Only);
        Size = Recipe.Size(options.Size);
        Size = options.Seeds is { } seeds ? Size with { Seeds = seeds } : Size;
        var texts = Size.Train.Select(t => t.Text).Concat(Size.Evaluate.Select(t => t.Text)).Select(t => $"{t} {Path.GetFileName(sources.TextPath(t))}").ToList();
        var tasks = Size.Tasks.Select(t => $"{t} {Path.GetFileName(EvaluationTasks.Named(t).Data.Find(sources.TaskFolder(t)))}").ToList();
        _donors = Size.Donors.ToDictionary(d => d.Name, d => TrainedDonors.Folder(d, sources, sources.TextPath(Size.Evaluate[0].Text), device, progress, cancellation));
        Identity = new RunIdentity($"{Recipe.Id}-{options.Size}", new JsonObject
        {
            ["recipe"] = Recipe.Id,
            ["file"] = Hash(_source.Text),
            ["size"] = options.Size,
            ["seeds"] = new JsonArray([.. Size.Seeds.Select(s => (JsonNode)s)]),
            ["only"] = options.Only is { Count: > 0 } only ? new JsonArray([.. only.Select(o => (JsonNode)o)]) : null,
            ["texts"] = new JsonArray([.. texts.Concat(tasks).Select(t => (JsonNode)t)]),
            ["donors"] = new JsonObject(_donors.Select(d => KeyValuePair.Create(d.Key, (JsonNode?)Fingerprint(d.Value)))),
            ["device"] = device.type == DeviceType.CUDA ? "cuda" : "cpu",
        });
    }

    public Recipe Recipe { get; }

    public RecipeSize Size { get; }

    public RunIdentity Identity { get; }

    /// <summary>Does the cells that are not done yet and returns the record (also written to the folder).</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the same call goes on.</exception>
    public Record Run(RunFolder folder, JobPoolOptions workers, IProgress<ProgressUpdate>? progress = null, CancellationToken cancellation = default)
    {
        folder.Stage("cells", scratch =>
        {
            var work = folder.WorkPath("cells");
            var results = Cells(work, folder.Identity.Hash, workers, progress, cancellation);
            AtomicFile.WriteText(Path.Combine(scratch, CellsFile), new JsonObject { ["format"] = "prunus-cells/1", ["cells"] = results }.ToJsonString() + "\n");
        });
        var record = RecipeRecord.Make(Recipe, _options.Size, Identity, ReadCells(folder.PathOf(CellsFile)));
        RecordJson.Write(folder.Path, record);
        return record;
    }

    private const string CellsFile = "cells.json";

    private IEnumerable<(string Variant, long Seed)> All =>
        [.. Size.Donors.Select(d => (d.Name, Size.Seeds[0])), .. Size.Seeds.SelectMany(s => Size.Variants.Select(v => (v.Name, s)))];

    private JsonArray Cells(string work, string identity, JobPoolOptions workers, IProgress<ProgressUpdate>? progress, CancellationToken cancellation)
    {
        var cells = All.ToList();
        using var pool = new JobPool(RecipeCells.Kind, RecipeCells.Setup(_source.File, _source.Text, _options.Size, _donors, _sources), workers);
        var jobs = cells.Select((c, i) => new Job(
            $"{c.Variant}, seed {c.Seed}", RecipeCells.Spec(c.Variant, c.Seed, $"{identity}-{i}", Path.Combine(work, $"{i:D4}")), Path.Combine(work, $"{i:D4}.json"))).ToList();
        var outcomes = pool.Run("cells", jobs, progress, cancellation);
        return outcomes.FirstOrDefault(o => o.Failure is not null)?.Failure is { } failure ? throw failure.ToException()
            : [.. cells.Select((c, i) => new JsonObject { ["variant"] = c.Variant, ["seed"] = c.Seed, ["result"] = outcomes[i].Result!.DeepClone() })];
    }

    private RecipeResults ReadCells(string path)
    {
        var cells = JsonNode.Parse(File.ReadAllText(path))!["cells"]!.AsArray()
            .ToDictionary(c => (c!["variant"]!.GetValue<string>(), c["seed"]!.GetValue<long>()), c => CellResult.FromJson(c!["result"]!.AsObject(), path));
        foreach (var donor in Size.Donors)
        {
            foreach (var seed in Size.Seeds)
            {
                cells[(donor.Name, seed)] = cells[(donor.Name, Size.Seeds[0])];
            }
        }

        return new RecipeResults(Size, cells);
    }

    private static string Fingerprint(string folder)
    {
        using var checkpoint = Checkpoint.Open(folder);
        return checkpoint.Fingerprint[..16];
    }

    private static string Hash(string text) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)))[..16];
}
