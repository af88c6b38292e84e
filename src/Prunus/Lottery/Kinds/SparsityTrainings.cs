using System.Text.Json.Nodes;
using Prunus.Jobs;
using Prunus.Lottery.Experiments;
using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Experiments.Measures;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Tickets;
using Prunus.Lottery.Training;
using Prunus.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Kinds;

/// <summary>Does trainings of a study of kinds in a process, one at a time: the dense net of a seed, or one kind of pruning it and training on.</summary>
/// <param name="study">The experiments.</param>
/// <param name="state">Folder for what later trainings need.</param>
/// <param name="sources">Where sets of images, texts and models lie.</param>
/// <param name="device">Where tensors live.</param>
public sealed class SparsityTrainings(SparsityStudy study, string state, StudySources sources, Device device) : IJobWorker
{
    private readonly SparsityStore _store = new(state);
    private readonly StudyMaterials _materials = new(sources, device);

    /// <summary>Does a training. Of a dense net a repeated call after a kill goes on from its last state; what comes after a cut is short and begins anew.</summary>
    public JsonObject Run(JsonObject spec, Action<double> progress, CancellationToken cancellation)
    {
        var job = SparsityJob.FromJson(spec);
        var experiment = study.Experiments.First(e => e.Name == job.Experiment);
        using var scope = NewDisposeScope();
        var work = Path.Combine(state, "work", job.Id);
        var outcome = job.Kind is null
            ? Start(job, experiment, work, progress, cancellation)
            : Prune(job, experiment, experiment.Kinds.First(k => k.Name == job.Kind), work, progress, cancellation);
        WorkFolder.Remove(work);

        return outcome.ToJson();
    }

    public void Dispose() => _materials.Dispose();

    private TicketOutcome Start(SparsityJob job, SparsityExperiment experiment, string work, Action<double> progress, CancellationToken cancellation)
    {
        var material = Material(experiment);
        using var net = material.Architecture(experiment.Net).Initialise(experiment.Initialisation, job.Seed, device);
        using var result = Train(net, null, job, experiment.Training, material, work, progress, cancellation);
        if (result.Members[0].DivergedAt is not null)
        {
            _store.End(experiment.Name, job.Seed);
            return new TicketOutcome(new Dictionary<string, double> { [SparsityMetrics.Failed] = 1 }, []);
        }

        using var trained = TicketSnapshot.Of(net, experiment.Training.Iterations);
        trained.Write(_store.Dense(experiment.Name, job.Seed));
        return new TicketOutcome(new Dictionary<string, double>(), []);
    }

    private TicketOutcome Prune(SparsityJob job, SparsityExperiment experiment, SparsityKind kind, string work, Action<double> progress, CancellationToken cancellation)
    {
        if (_store.HasEnded(experiment.Name, job.Seed))
        {
            return new TicketOutcome(new Dictionary<string, double> { [SparsityMetrics.Failed] = 1 }, []);
        }

        var material = Material(experiment);
        var architecture = material.Architecture(experiment.Net);
        using var dense = architecture.Initialise(experiment.Initialisation, job.Seed, device);
        using var trained = TicketSnapshot.Read(_store.Dense(experiment.Name, job.Seed), dense);
        trained.CopyTo(dense);
        var prunable = dense.Tensors.Where(t => t.IsPrunable).Sum(t => t.ElementCount);
        using var order = material.Order(experiment.Training with { Augment = false }, unchecked((ulong)job.Seed));
        using var smaller = kind is SparsityKind.Structured structured ? StructuredCuts.Cut(dense, structured, i => order.Batch(i).Inputs, job.Seed) : null;
        var net = smaller ?? dense;
        var masks = MaskedCuts.Of(net, kind);
        Apply(net, masks);
        var before = TicketMeasures.Untrained(net, material).Points[0];
        using var result = Train(net, kind.IsMasked ? masks : null, job, experiment.Retraining, material, work, progress, cancellation);
        if (kind.IsMasked)
        {
            var path = _store.Ticket(experiment.Name, kind.Name, job.Seed);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            TicketFile.Write(path, new Ticket(architecture.Name, experiment.Initialisation, job.Seed, masks, metadata: architecture.Notes));
        }

        var metrics = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            [SparsityMetrics.Pm] = 100.0 * masks.Kept / prunable,
            [SparsityMetrics.Kept] = masks.Kept,
            [SparsityMetrics.Parameters] = net.Tensors.Sum(t => masks.Covers(t.Name) ? masks[t.Name].Kept : t.IsBuffer ? 0 : t.ElementCount),
            [SparsityMetrics.LossBefore] = before.TestLoss,
            [SparsityMetrics.AccuracyBefore] = before.TestAccuracy,
            [SparsityMetrics.Failed] = result.Members[0].DivergedAt is null ? 0 : 1,
        };
        if (result.Members[0] is { DivergedAt: null, Points: [.., var last] })
        {
            (metrics[SparsityMetrics.Loss], metrics[SparsityMetrics.Accuracy]) = (last.TestLoss, last.TestAccuracy);
        }

        foreach (var (metric, bytes) in SparsityBytes.Of(net, masks, work))
        {
            metrics[metric] = bytes;
        }

        return new TicketOutcome(metrics, [.. result.Members[0].Points.Select(p => ((long)p.Step, p.ValidationLoss))]);
    }

    private MaskedTrainingResult Train(
        ITicketNet net, MaskSet? masks, SparsityJob job, TicketTraining training, IStudyMaterial material, string work, Action<double> progress, CancellationToken cancellation)
    {
        // A kind sees other batches than the dense net did, the same as other kinds.
        using var order = material.Order(training, unchecked((ulong)job.Seed) + (job.Kind is null ? 0 : 1UL << 32));
        var plain = training.Options() with { Identity = job.Id };
        var options = job.Kind is null ? training.WithStates(plain, work, device.type) : plain;
        return new MaskedTrainer(net, order.Batch, options, masks is null ? null : MaskTensors.Of(masks, device)) { Validation = material.Validation, Test = material.Test }
            .Run(new Told(s => progress((double)s / training.Iterations)), cancellation);
    }

    private IStudyMaterial Material(SparsityExperiment experiment) => _materials.Of(experiment.Net, experiment.Data, experiment.Training);

    private void Apply(ITicketNet net, MaskSet masks)
    {
        using var noGradient = no_grad();
        foreach (var name in masks.Names)
        {
            using var mask = masks[name].ToTensor(device);
            net.Parameters[name].mul_(mask);
        }
    }

    private sealed class Told(Action<int> tell) : IProgress<int>
    {
        public void Report(int value) => tell(value);
    }
}
