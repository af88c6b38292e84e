using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Jobs;
using Prunus.Lottery.Experiments;
using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Experiments.Measures;
using Prunus.Runs;

namespace Prunus.Recipes;

/// <summary>Ticket experiments of a recipe: a cell is a branch at a level with a seed, the mean over its replicates.</summary>
internal sealed class TicketCells : IRecipeStudy
{
    // Of 1, 2, 4 and 8 the most is the best for steps as graphs on an H100 (docs/benchmarks.md, trainings).
    private const int TrainingsOnGpu = 8;
    private const int Limit = 256 << 20;
    private readonly TicketStudy _study;
    private readonly IReadOnlyList<long> _seeds;
    private readonly JsonObject _setup;
    private readonly Func<string, int> _most;
    private readonly HashSet<string> _warnings = new(StringComparer.Ordinal);

    /// <param name="study">The experiments.</param>
    /// <param name="seeds">Their seeds.</param>
    /// <param name="sizeName">tiny, cpu or gpu.</param>
    /// <param name="source">File and text of the recipe.</param>
    /// <param name="sources">Where sets of images lie.</param>
    /// <param name="most">Most trainings that are done as one batched model, by the name of the net.</param>
    /// <param name="graphs">Whether steps on a GPU are recorded.</param>
    /// <exception cref="PrunusInputException">A set of images, a text or a model is not there.</exception>
    public TicketCells(TicketStudy study, IReadOnlyList<long> seeds, string sizeName, (string File, string Text) source, RecipeSources sources, Func<string, int> most, bool graphs)
    {
        (_study, _seeds, _most) = (study, seeds, most);
        _setup = SizeSetup.Of(source, sizeName, sources);
        _setup["graphs"] = graphs;
        Inputs = StudyInputs.Of(study.Experiments.Select(e => (e.Net, e.Data)), StudyInputs.Sources(sources));
        if (study.GivenTickets(StudyInputs.Sources(sources)) is { Count: > 0 } given)
        {
            Inputs["tickets"] = new JsonArray([.. given.Select(t => (JsonNode)t)]);
        }
    }

    public JsonObject Inputs { get; }

    public IReadOnlyList<string> Warnings => [.. _warnings];

    public int JobsOnGpu => _study.Experiments.Any(e => !StudyDecoder.Is(e.Net) && _most(e.Net) == 1 && !TicketStack.Pays(e.Net)) ? TrainingsOnGpu : 1;

    public void Validate(JobPoolOptions workers) => workers.Validate(TicketJobs.Kind);

    public IReadOnlyList<RecipeCell> Cells(string work, string results, string identity, JobPoolOptions workers, IProgress<ProgressUpdate>? progress, CancellationToken cancellation)
    {
        _setup["state"] = Path.Combine(work, "state");
        var waves = TicketWaves.Of(_study, _seeds);
        using var pool = new JobPool(TicketJobs.Kind, _setup, workers);
        var found = new Dictionary<TicketJob, TicketOutcome>();
        var done = new WaveProgress(waves.Sum(w => w.Count), progress);
        foreach (var wave in waves)
        {
            foreach (var (job, outcome) in Wave(wave, work, workers.Devices.All(TicketJobs.Kind.IsShared) ? workers.Devices.Count : workers.Workers, pool, done, cancellation))
            {
                found[job] = outcome;
            }

            done.Next(wave.Count);
        }

        new TicketStore(Path.Combine(work, "state")).Keep(Path.Combine(results, "tickets"));
        return [.. TicketSummary.Of(_study, _seeds, found, Path.Combine(work, "state")).Select(c => new RecipeCell(c.Cell, c.Seed, new CellResult(c.Metrics, c.Curve, 1) { Least = c.Least, Most = c.Most }))];
    }

    // Outcomes are kept training by training, so that those of a wave that was stopped count whatever stacks come next.
    private IEnumerable<(TicketJob Job, TicketOutcome Outcome)> Wave(
        IReadOnlyList<TicketJob> wave, string work, int processes, JobPool pool, WaveProgress progress, CancellationToken cancellation)
    {
        TicketJob[] kept = [.. wave.Where(j => File.Exists(PathOf(j.Id)))];
        progress.Kept = kept.Length;
        foreach (var job in kept)
        {
            yield return (job, TicketOutcome.FromJson(StrictJson.Object(PathOf(job.Id), SmallFile.Read(PathOf(job.Id), Limit), Limit), PathOf(job.Id)));
        }

        var stacks = TicketStack.Of(_study, [.. wave.Except(kept)], _most, processes);
        var ends = pool.Run("trainings", [.. stacks.Select(s => new Job(s.Id, s.ToJson(), PathOf(s.Id), s.Members.Count))], progress, cancellation);
        foreach (var (stack, end) in stacks.Zip(ends).Where(e => e.Second.Result is not null))
        {
            var (outcomes, warning) = stack.Read(end.Result!, end.Job.ResultPath);
            _warnings.UnionWith(warning is null ? [] : [warning]);
            foreach (var (job, outcome) in stack.Members.Zip(outcomes))
            {
                AtomicFile.WriteText(PathOf(job.Id), outcome.ToJson().ToJsonString() + "\n");
                yield return (job, outcome);
            }
        }

        if (ends.FirstOrDefault(o => o.Failure is not null)?.Failure is { } failure)
        {
            throw failure.ToException();
        }

        string PathOf(string id) => Path.Combine(work, id + ".json");
    }

    // Waves are one after another; the user sees one bar.
    private sealed class WaveProgress(int total, IProgress<ProgressUpdate>? progress) : IProgress<ProgressUpdate>
    {
        private int _before;

        /// <summary>Trainings of the wave that were done before.</summary>
        public int Kept { get; set; }

        public void Next(int count) => _before += count;

        public void Report(ProgressUpdate value) => progress?.Report(value with { Step = _before + Kept + value.Step, Total = total });
    }
}
