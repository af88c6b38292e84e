using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Evaluation.Tasks;
using Prunus.Jobs;
using Prunus.Runs;
using TorchSharp;

namespace Prunus.Recipes;

/// <summary>Variants of pruning and healing donors: a cell is a variant with a seed.</summary>
internal sealed class PruningStudy : IRecipeStudy
{
    private readonly RecipeSize _size;
    private readonly string _sizeName;
    private readonly (string File, string Text) _source;
    private readonly RecipeSources _sources;
    private readonly Dictionary<string, string> _donors;

    /// <summary>Finds texts and donors, and trains those donors that are wanted trained and are not in the cache.</summary>
    /// <exception cref="PrunusInputException">A text or model is not there.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while a donor was trained; the same call goes on.</exception>
    public PruningStudy(RecipeSize size, string sizeName, (string File, string Text) source, RecipeSources sources, torch.Device device, IProgress<ProgressUpdate>? progress, CancellationToken cancellation)
    {
        (_size, _sizeName, _source, _sources) = (size, sizeName, source, sources);
        var texts = size.Train.Select(t => t.Text).Concat(size.Evaluate.Select(t => t.Text)).Select(t => $"{t} {Path.GetFileName(sources.TextPath(t))}").ToList();
        var tasks = size.Tasks.Select(t => $"{t} {Path.GetFileName(EvaluationTasks.Named(t).Data.Find(sources.TaskFolder(t)))}").ToList();
        _donors = size.Donors.ToDictionary(d => d.Name, d => TrainedDonors.Folder(d, sources, sources.TextPath(size.Evaluate[0].Text), device, progress, cancellation));
        Inputs = new JsonObject
        {
            ["texts"] = new JsonArray([.. texts.Concat(tasks).Select(t => (JsonNode)t)]),
            ["donors"] = new JsonObject(_donors.Select(d => KeyValuePair.Create(d.Key, (JsonNode?)Fingerprint(d.Value)))),
        };
    }

    public JsonObject Inputs { get; }

    public IReadOnlyList<RecipeCell> Cells(string work, string results, string identity, JobPoolOptions workers, IProgress<ProgressUpdate>? progress, CancellationToken cancellation)
    {
        var first = _size.Seeds[0];
        (string Variant, long Seed)[] cells = [.. _size.Donors.Select(d => (d.Name, first)), .. _size.Seeds.SelectMany(s => _size.Variants.Select(v => (v.Name, s)))];
        using var pool = new JobPool(RecipeCells.Kind, RecipeCells.Setup(_source, _sizeName, _donors, _sources), workers);
        var jobs = cells.Select((c, i) => new Job(
            $"{c.Variant}, seed {c.Seed}", RecipeCells.Spec(c.Variant, c.Seed, $"{identity}-{i}", Path.Combine(work, $"{i:D4}")), Path.Combine(work, $"{i:D4}.json"))).ToList();
        var outcomes = pool.Run("cells", jobs, progress, cancellation);
        if (outcomes.FirstOrDefault(o => o.Failure is not null)?.Failure is { } failure)
        {
            throw failure.ToException();
        }

        var found = cells.Zip(outcomes, (c, o) => new RecipeCell(c.Variant, c.Seed, CellResult.FromJson(o.Result!, o.Job.ResultPath))).ToList();

        // A donor as it is does not depend on the seed.
        return [.. found, .. found.Take(_size.Donors.Count).SelectMany(d => _size.Seeds.Skip(1).Select(s => d with { Seed = s }))];
    }

    private static string Fingerprint(string folder)
    {
        using var checkpoint = Checkpoint.Open(folder);
        return checkpoint.Fingerprint[..16];
    }
}
