using System.Text.Json.Nodes;
using Prunus.Jobs;
using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Experiments.Measures;
using Prunus.Lottery.Kinds;
using Prunus.Runs;
using TorchSharp;

namespace Prunus.Recipes;

/// <summary>Kinds of pruning of a recipe: a cell is a kind with a seed. When all are trained, their passes are timed in this process, alone.</summary>
internal sealed class SparsityCells : IRecipeStudy
{
    private readonly SparsityStudy _study;
    private readonly IReadOnlyList<long> _seeds;
    private readonly StudySources _sources;
    private readonly JsonObject _setup;

    /// <exception cref="PrunusInputException">A set of images, a text or a model is not there.</exception>
    public SparsityCells(SparsityStudy study, IReadOnlyList<long> seeds, string sizeName, (string File, string Text) source, RecipeSources sources)
    {
        (_study, _seeds, _sources) = (study, seeds, StudyInputs.Sources(sources));
        _setup = SizeSetup.Of(source, sizeName, sources);
        Inputs = StudyInputs.Of(study.Experiments.Select(e => (e.Net, e.Data)), _sources);
    }

    public JsonObject Inputs { get; }

    public IReadOnlyList<RecipeCell> Cells(string work, string results, string identity, JobPoolOptions workers, IProgress<ProgressUpdate>? progress, CancellationToken cancellation)
    {
        var store = new SparsityStore(Path.Combine(work, "state"));
        _setup["state"] = store.Root;
        Directory.CreateDirectory(store.Root);
        using var pool = new JobPool(SparsityJobs.Kind, _setup, workers);
        Run(pool, "dense nets", work, [.. _study.Experiments.SelectMany(e => _seeds.Select(s => new SparsityJob(e.Name, null, s)))], progress, cancellation);
        var cells = Run(
            pool, "kinds", work, [.. _study.Experiments.SelectMany(e => e.Kinds.SelectMany(k => _seeds.Select(s => new SparsityJob(e.Name, k.Name, s))))], progress, cancellation);
        store.Keep(Path.Combine(results, "tickets"));
        return [.. cells.Select(c => new RecipeCell(Cell(c.Job.Experiment, c.Job.Kind!), c.Job.Seed, new CellResult(c.Outcome.Metrics, c.Outcome.Curve, 1)))];
    }

    public IReadOnlyList<RecipeCell> Timings(string work, IProgress<ProgressUpdate>? progress, CancellationToken cancellation)
    {
        var store = new SparsityStore(Path.Combine(work, "state"));
        var latency = new SparsityLatency(store, _study.Timing);
        using var materials = new StudyMaterials(_sources, torch.CPU);
        var found = new List<RecipeCell>();
        foreach (var experiment in _study.Experiments)
        {
            var architecture = materials.Architecture(experiment.Net, experiment.Data, experiment.Training);
            foreach (var seed in _seeds)
            {
                progress?.Report(new ProgressUpdate("timing", found.Count, _study.Cells.Count * _seeds.Count));
                if (store.HasEnded(experiment.Name, seed))
                {
                    continue;
                }

                found.AddRange(experiment.Kinds.Zip(latency.Measure(experiment, architecture, seed, cancellation), (k, m) => new RecipeCell(experiment.Cell(k), seed, new CellResult(m, [], 0))));
            }
        }

        return found;
    }

    private static List<(SparsityJob Job, TicketOutcome Outcome)> Run(
        JobPool pool, string title, string work, IReadOnlyList<SparsityJob> jobs, IProgress<ProgressUpdate>? progress, CancellationToken cancellation)
    {
        var outcomes = pool.Run(title, [.. jobs.Select(j => new Job(j.Id, j.ToJson(), Path.Combine(work, j.Id + ".json")))], progress, cancellation);
        return outcomes.FirstOrDefault(o => o.Failure is not null)?.Failure is { } failure ? throw failure.ToException()
            : [.. jobs.Zip(outcomes, (j, o) => (j, TicketOutcome.FromJson(o.Result!, o.Job.ResultPath)))];
    }

    private string Cell(string experiment, string kind)
    {
        var found = _study.Experiments.First(e => e.Name == experiment);
        return found.Cell(found.Kinds.First(k => k.Name == kind));
    }
}
