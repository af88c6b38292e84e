using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Evaluation;
using Prunus.Jobs;
using Prunus.Pruning;
using Prunus.Runs;
using Prunus.Shrinking;
using Prunus.Tokenizers;
using TorchSharp;

namespace Prunus.Search;

/// <summary>
/// Architecture search (Muralidharan et al. 2024, section 3.1): every architecture in a window is cut from the donor, trained for a short while on the same
/// batches, and ranked by held-out loss. A round trains every candidate some steps further; the search ends with its last step, or when rankings settle.
/// Candidates' rounds are jobs, each kept when done, so a stopped search goes on where it stood.
/// </summary>
public sealed class SearchRun
{
    private readonly SearchOptions _options;
    private readonly Checkpoint _checkpoint;
    private readonly torch.Device _device;
    private readonly DecoderConfig _donor;
    private readonly Corpus _corpus;

    /// <summary>Reads configuration and texts and enumerates the candidates; weights wait.</summary>
    /// <param name="options">The search.</param>
    /// <param name="checkpoint">The donor, opened. Not owned.</param>
    /// <param name="device">Where to compute.</param>
    /// <exception cref="PrunusInputException">An option, a text or the donor's configuration cannot be used, or no architecture is in the window.</exception>
    public SearchRun(SearchOptions options, Checkpoint checkpoint, torch.Device device)
    {
        options.Validate();
        (_options, _checkpoint, _device) = (options, checkpoint, device);
        _donor = DecoderConfig.FromHuggingFace(checkpoint.Config, checkpoint.Location);
        Candidates = options.SpaceOf(_donor).Enumerate(_donor, options.Window(_donor), options.AllowUnloadable);
        _corpus = Corpus.Read(options.Corpus, Tokenizer.FromFiles(checkpoint.CarriedFiles, checkpoint.Location));
        _corpus.CheckVocabulary(_donor.VocabSize, checkpoint.Location);
        var healing = options.Healing.For(OnGpu);
        _corpus.Blocks(healing.Batch!.Value, healing.Block!.Value, options.Seed);
        Identity = new RunIdentity("search", options.ToJson(_donor, checkpoint.Fingerprint, OnGpu ? "cuda" : "cpu"));
    }

    /// <summary>Identity of the run, for <see cref="RunFolder.Open"/>.</summary>
    public RunIdentity Identity { get; }

    /// <summary>The architectures that are compared.</summary>
    public IReadOnlyList<Candidate> Candidates { get; }

    private bool OnGpu => _device.type == DeviceType.CUDA;

    private SelectionOptions Names => _options.Prune(_donor.LayerCount).Names;

    /// <summary>Does what is not done yet and returns the record (also written to the folder, beside scores.safetensors, ranking.json and the winner's plan.json).</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the same call goes on.</exception>
    public Record Run(RunFolder folder, JobPoolOptions workers, IProgress<ProgressUpdate>? progress = null, CancellationToken cancellation = default)
    {
        folder.Stage("scores", scratch => ScoresFile.Write(Score(progress, cancellation).For(_checkpoint.Fingerprint), Path.Combine(scratch, "scores.safetensors")));
        cancellation.ThrowIfCancellationRequested();
        var scores = folder.PathOf("scores.safetensors");
        folder.Stage("rank", scratch => Rank(scores, folder.WorkPath("rank"), folder.Identity.Hash, workers, progress, cancellation).Write(Path.Combine(scratch, "ranking.json")));
        var ranking = Ranking.Read(folder.PathOf("ranking.json"));
        folder.Stage("plan", scratch =>
        {
            var plan = Selection.Plan(_donor, Candidates[ranking.Order[0]].Shape, ScoresFile.Read(scores), Names);
            (plan with { Donor = new PlanDonor(_checkpoint.Fingerprint) }).Write(Path.Combine(scratch, "plan.json"));
        });
        var record = SearchRecord.Make(_options, Identity, _donor, Candidates, ranking);
        RecordJson.Write(folder.Path, record);
        return record;
    }

    /// <summary>Tokens per second of every candidate, measured one after the other, now: a fact of this machine, not of the run.</summary>
    /// <param name="folder">The run's folder, ranked.</param>
    /// <param name="options">What is timed.</param>
    /// <param name="cancellation">Looked at between repetitions.</param>
    public IReadOnlyList<Subject> Speed(RunFolder folder, ThroughputOptions options, CancellationToken cancellation = default)
    {
        using var donor = new DonorDecoders(_checkpoint, _device);
        using var sorted = SortedDonor.Of(donor[torch.ScalarType.Float32], ScoresFile.Read(folder.PathOf("scores.safetensors")), Names);
        return [.. Ranking.Read(folder.PathOf("ranking.json")).Order.Select(i =>
        {
            using var decoder = sorted.Slice(Candidates[i].Shape);
            var speed = Throughput.Measure(decoder, options, cancellation);
            return new Subject(Candidates[i].Name, new OrderedDictionary<string, double>
            {
                ["prefill_tokens_per_second"] = speed.Prefill.Median,
                ["decode_tokens_per_second"] = speed.Decode.Median,
                ["decode_milliseconds_per_token"] = 1000 / speed.Decode.Median,
            });
        })];
    }

    private Scores Score(IProgress<ProgressUpdate>? progress, CancellationToken cancellation)
    {
        var prune = _options.Prune(_donor.LayerCount);
        using var scope = torch.NewDisposeScope();
        using var donor = new DonorDecoders(_checkpoint, _device);
        var calibration = prune.NeedsCalibration ? _corpus.Calibration(_options.CalibrationSequences, _options.CalibrationLength, OnGpu ? 16 : 4) : [];
        return Pruner.Prune(donor[torch.ScalarType.Float32], calibration, prune, _options.Seed, progress, cancellation).Scores;
    }

    private Ranking Rank(string scores, string work, string identity, JobPoolOptions workers, IProgress<ProgressUpdate>? progress, CancellationToken cancellation)
    {
        using var pool = new JobPool(SearchJobs.Kind, SearchJobs.Setup(_options, scores, Names), workers);
        var before = new double[Candidates.Count];
        var (steps, rounds) = (new List<int>(), new List<IReadOnlyList<double>>());
        var last = _options.Healing.Steps;
        for (var done = 0; done < last && !RankStability.IsSettled(rounds, _options.StableTau, _options.StableRounds);)
        {
            var stop = Math.Min(done + _options.RankEvery, last);
            var jobs = Candidates.Select((c, i) => new Job(
                $"{c.Name} to step {stop}", SearchJobs.Spec(c.Shape, stop, $"{identity}-{i}", Path.Combine(work, $"{i:D4}")), Path.Combine(work, $"{i:D4}-{stop:D6}.json"), stop - done)).ToList();
            var outcomes = pool.Run($"steps {done + 1}-{stop}", jobs, progress, cancellation);
            if (outcomes.FirstOrDefault(o => o.Failure is not null)?.Failure is { } failure)
            {
                throw failure.ToException();
            }

            if (done == 0)
            {
                before = [.. outcomes.Select(o => At(o, 0))];
            }

            rounds.Add([.. outcomes.Select(o => At(o, stop))]);
            steps.Add(stop);
            done = stop;
        }

        return new Ranking(
            [.. Candidates.Select(c => c.Name)], [0, .. steps],
            [.. Candidates.Select((_, i) => (IReadOnlyList<double>)[before[i], .. rounds.Select(r => r[i])])], steps[^1] < last);
    }

    private static double At(JobOutcome outcome, int step) => outcome.Result!["losses"]!.AsArray().First(p => p![0]!.GetValue<int>() == step)![1]!.GetValue<double>();
}
