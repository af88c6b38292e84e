using System.Text.Json.Nodes;
using Prunus.Jobs;
using Prunus.Lottery.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Experiments;

/// <summary>Does trainings of a study in a process, one at a time. Sets of images and texts are read once and stay.</summary>
/// <param name="study">The experiments.</param>
/// <param name="state">Folder of tickets and weights that trainings leave for later ones.</param>
/// <param name="sources">Where sets of images, texts and models lie.</param>
/// <param name="device">Where tensors live.</param>
public sealed class TicketTrainings(TicketStudy study, string state, StudySources sources, Device device) : IJobWorker
{
    private readonly TicketStore _store = new(state);
    private readonly StudyMaterials _materials = new(sources, device);

    /// <summary>Does a training. A repeated call after a kill goes on from its last state.</summary>
    public JsonObject Run(JsonObject spec, Action<double> progress, CancellationToken cancellation)
    {
        var job = TicketJob.FromJson(spec);
        using var scope = NewDisposeScope();
        return Run(job, study.Experiments.First(e => e.Name == job.Experiment), progress, cancellation).ToJson();
    }

    public void Dispose() => _materials.Dispose();

    private TicketOutcome Run(TicketJob job, TicketExperiment experiment, Action<double> progress, CancellationToken cancellation)
    {
        var material = _materials.Of(experiment);
        var start = new TicketStart(_store, study, material.Architecture(experiment.Net), device).Of(experiment, job);
        using var net = start.Net;
        new TicketPrelude(_store, material).Leave(job, experiment, start);
        var work = Path.Combine(state, "work", job.Id);
        var (trained, masks) = !start.Trains ? (new MaskedTrainingResult([TicketMeasures.Untrained(net, material)], new Dictionary<int, TicketSnapshot>(), 0), start.Masks)
            : new TicketTrainer(_store, material, device).Train(job, experiment, start, work, progress, cancellation);
        using var result = trained;
        start = start with { Masks = masks };
        var outcome = TicketMeasures.Of(job, experiment, start, result.Members[0]);
        var metrics = outcome.Metrics.ToDictionary(StringComparer.Ordinal);
        metrics[TicketMetrics.TrainAccuracy] = TicketMeasures.Accuracy(net, material.Seen);
        if (start.Architecture.DeadUnits(start.Masks) is { } dead)
        {
            metrics[TicketMetrics.DeadUnits] = dead.Axes.Sum(a => a.DeadCount);
        }

        new TicketComparison(_store, material).Add(job, experiment, start, metrics);
        new TicketAftermath(_store, device).Leave(job, experiment, start, result);
        if (Directory.Exists(work))
        {
            Directory.Delete(work, recursive: true);
        }

        return outcome with { Metrics = metrics };
    }
}
