using System.Text.Json;
using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Distillation.HiddenStates;
using Prunus.Jobs;
using Prunus.Native;
using Prunus.Pruning;
using Prunus.Runs;
using Prunus.Shrinking;
using Prunus.Tokenizers;
using TorchSharp;

namespace Prunus.Search;

/// <summary>Trains candidates in a process, a round at a time: donor, texts and scores are read and sorted once.</summary>
public sealed class SearchJobs : IJobWorker
{
    /// <summary>What processes of a job pool know the candidates' rounds as.</summary>
    public static JobKind Kind { get; } = new("search", (setup, device) => new SearchJobs(setup, Devices.Parse(device)));

    private static readonly JsonSerializerOptions Settings = new() { IgnoreReadOnlyProperties = true };
    private readonly Checkpoint _checkpoint;
    private readonly DonorDecoders _donor;
    private readonly Corpus _corpus;
    private readonly SortedDonor _sorted;
    private readonly HealingOptions _healing;
    private readonly long _seed;
    private readonly bool _onGpu;

    private SearchJobs(JsonObject setup, torch.Device device)
    {
        _onGpu = device.type == DeviceType.CUDA;
        _checkpoint = Checkpoint.Open(setup["donor"]!.GetValue<string>());
        _donor = new DonorDecoders(_checkpoint, device);
        var tokenizer = Tokenizer.FromFiles(_checkpoint.CarriedFiles, _checkpoint.Location);
        _corpus = Corpus.Read(setup["corpus"].Deserialize<CorpusOptions>()!, tokenizer);
        var healing = setup["healing"].Deserialize<HealingOptions>(Settings)!;
        _healing = (setup["hidden_states"]?.GetValue<string>() is { } states ? healing with { HiddenStates = HiddenStateOptions.Parse(states) } : healing).For(_onGpu);
        _seed = setup["seed"]!.GetValue<long>();
        var names = setup["selection"].Deserialize<SelectionOptions>()!;
        _sorted = SortedDonor.Of(_donor[torch.ScalarType.Float32], ScoresFile.Read(setup["scores"]!.GetValue<string>()), names);
    }

    /// <summary>What all rounds of a search share.</summary>
    internal static JsonObject Setup(SearchOptions options, string scores, SelectionOptions names) => new()
    {
        ["donor"] = Path.GetFullPath(options.Donor),
        ["corpus"] = JsonSerializer.SerializeToNode(options.Corpus with
        {
            Texts = [.. options.Corpus.Texts.Select(t => t with { Path = Path.GetFullPath(t.Path) })],
            HeldOutText = options.Corpus.HeldOutText is { } heldOut ? Path.GetFullPath(heldOut) : null,
        }),
        ["healing"] = JsonSerializer.SerializeToNode(options.Healing with { HiddenStates = null, EvaluateEvery = options.RankEvery }, Settings),
        ["hidden_states"] = options.Healing.HiddenStates?.ToString(),
        ["scores"] = scores,
        ["selection"] = JsonSerializer.SerializeToNode(names),
        ["seed"] = options.Seed,
    };

    /// <summary>A round of a candidate as a job.</summary>
    internal static JsonObject Spec(DecoderShape shape, int stopAt, string identity, string work) =>
        new() { ["shape"] = JsonSerializer.SerializeToNode(shape), ["stop_at"] = stopAt, ["identity"] = identity, ["work"] = work };

    /// <summary>Trains on to the round's end. The result has the held-out loss by step: <c>{"losses": [[0, 5.1], [20, 4.2]]}</c>, step 0 in the first round only.</summary>
    public JsonObject Run(JsonObject spec, Action<double> progress, CancellationToken cancellation)
    {
        using var scope = torch.NewDisposeScope();
        var shape = spec["shape"].Deserialize<DecoderShape>()!;
        var stop = spec["stop_at"]!.GetValue<int>();
        using var student = _sorted.Slice(shape);
        var losses = new JsonArray();
        if (stop <= _healing.EvaluateEvery)
        {
            using var noGradient = torch.no_grad();
            losses.Add(new JsonArray(0, Healing.HeldOutLoss(student, _corpus, _healing.Block!.Value, cancellation: cancellation).MeanLoss));
        }

        var teacher = !_healing.NeedsTeacher ? null : _donor[_onGpu && _healing.Precision != Training.Precision.Float32 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32];
        var result = Healing.Run(
            student, teacher, _corpus, _healing with { StopAt = stop }, "search", spec["identity"]!.GetValue<string>(), _seed, spec["work"]!.GetValue<string>(),
            new Share(stop, _healing.EvaluateEvery, progress), cancellation, _sorted.Plan(shape));
        foreach (var point in result.Training.Evaluations)
        {
            losses.Add(new JsonArray(point.Step, point.Value));
        }

        return new JsonObject { ["losses"] = losses };
    }

    public void Dispose()
    {
        _sorted.Dispose();
        _donor.Dispose();
        _checkpoint.Dispose();
    }

    private sealed class Share(int stop, int round, Action<double> tell) : IProgress<ProgressUpdate>
    {
        private readonly int _first = (stop - 1) / round * round;

        public void Report(ProgressUpdate value) => tell((double)(value.Step - _first) / (stop - _first));
    }
}
