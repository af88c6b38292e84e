using System.Text.Json.Nodes;
using Prunus.Jobs;
using Prunus.Lottery.Experiments;
using Prunus.Runs;

namespace Prunus.Recipes;

/// <summary>Ticket experiments of a recipe: a cell is a branch at a level with a seed, the mean over its replicates.</summary>
internal sealed class TicketCells : IRecipeStudy
{
    private readonly TicketStudy _study;
    private readonly IReadOnlyList<long> _seeds;
    private readonly JsonObject _setup;

    /// <exception cref="PrunusInputException">A set of images, a text or a model is not there.</exception>
    public TicketCells(TicketStudy study, IReadOnlyList<long> seeds, string sizeName, (string File, string Text) source, RecipeSources sources)
    {
        (_study, _seeds) = (study, seeds);
        _setup = new JsonObject { ["file"] = source.File, ["recipe"] = source.Text, ["size"] = sizeName, ["sources"] = sources.ToJson() };
        Inputs = StudyInputs.Of(study.Experiments.Select(e => (e.Net, e.Data)), StudyInputs.Sources(sources));
    }

    public JsonObject Inputs { get; }

    public IReadOnlyList<RecipeCell> Cells(string work, string results, string identity, JobPoolOptions workers, IProgress<ProgressUpdate>? progress, CancellationToken cancellation)
    {
        _setup["state"] = Path.Combine(work, "state");
        var waves = TicketWaves.Of(_study, _seeds);
        using var pool = new JobPool(TicketJobs.Kind, _setup, workers);
        var found = new Dictionary<TicketJob, TicketOutcome>();
        var done = new WaveProgress(waves.Sum(w => w.Count), progress);
        foreach (var wave in waves)
        {
            var outcomes = pool.Run("trainings", [.. wave.Select(j => new Job(j.Id, j.ToJson(), Path.Combine(work, j.Id + ".json")))], done, cancellation);
            if (outcomes.FirstOrDefault(o => o.Failure is not null)?.Failure is { } failure)
            {
                throw failure.ToException();
            }

            foreach (var (job, outcome) in wave.Zip(outcomes))
            {
                found[job] = TicketOutcome.FromJson(outcome.Result!, outcome.Job.ResultPath);
            }

            done.Next(wave.Count);
        }

        new TicketStore(Path.Combine(work, "state")).Keep(Path.Combine(results, "tickets"));
        return [.. TicketSummary.Of(_study, _seeds, found, Path.Combine(work, "state")).Select(c => new RecipeCell(c.Cell, c.Seed, new CellResult(c.Metrics, c.Curve, 1)))];
    }

    // Waves are one after another; the user sees one bar.
    private sealed class WaveProgress(int total, IProgress<ProgressUpdate>? progress) : IProgress<ProgressUpdate>
    {
        private int _before;

        public void Next(int count) => _before += count;

        public void Report(ProgressUpdate value) => progress?.Report(value with { Step = _before + value.Step, Total = total });
    }
}
