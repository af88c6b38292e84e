using System.Text.Json.Nodes;
using Prunus.Batches;
using Prunus.Datasets.Images;
using Prunus.Jobs;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Stacking;
using Prunus.Lottery.Training;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Experiments;

/// <summary>Does trainings of a study in a process, one at a time. Sets of images are read once and stay.</summary>
/// <param name="study">The experiments.</param>
/// <param name="state">Folder of tickets and weights that trainings leave for later ones.</param>
/// <param name="search">Where sets of images lie.</param>
/// <param name="device">Where tensors live.</param>
public sealed class TicketTrainings(TicketStudy study, string state, ImageSetSearch search, Device device) : IJobWorker
{
    private readonly TicketStore _store = new(state);
    private readonly Dictionary<string, StudyImages> _images = [];

    /// <summary>Does a training. A repeated call after a kill goes on from its last state.</summary>
    public JsonObject Run(JsonObject spec, Action<double> progress, CancellationToken cancellation)
    {
        var job = TicketJob.FromJson(spec);
        using var scope = NewDisposeScope();
        return Run(job, study.Experiments.First(e => e.Name == job.Experiment), progress, cancellation).ToJson();
    }

    public void Dispose()
    {
        foreach (var images in _images.Values)
        {
            images.Dispose();
        }
    }

    private TicketOutcome Run(TicketJob job, TicketExperiment experiment, Action<double> progress, CancellationToken cancellation)
    {
        var images = Images(experiment);
        var shape = images.Data.Train.Shape;
        var config = VisionNets.Named(experiment.Net, new MapShape(shape.Channels, shape.Height, shape.Width), images.Data.Train.ClassNames.Count);
        var start = new TicketStart(_store, study, device).Of(experiment, job, config);
        using var net = start.Net;
        new TicketPrelude(_store, images, device).Leave(job, experiment, start);
        var work = Path.Combine(state, "work", job.Id);
        var (trained, masks) = !start.Trains ? (new MaskedTrainingResult([TicketMeasures.Untrained(net, images)], new Dictionary<int, TicketSnapshot>(), 0), start.Masks)
            : new TicketTrainer(_store, images, device).Train(job, experiment, start, work, progress, cancellation);
        using var result = trained;
        start = start with { Masks = masks };
        var outcome = TicketMeasures.Of(job, experiment, start, result.Members[0]);
        var metrics = outcome.Metrics.ToDictionary(StringComparer.Ordinal);
        metrics[TicketMetrics.TrainAccuracy] = TicketMeasures.Accuracy(net, images.Seen);
        metrics[TicketMetrics.DeadUnits] = DeadUnits.Of(config, start.Masks).Axes.Sum(a => a.DeadCount);
        new TicketComparison(_store, images).Add(job, experiment, start, metrics);
        new TicketAftermath(_store, device).Leave(job, experiment, start, result);
        if (Directory.Exists(work))
        {
            Directory.Delete(work, recursive: true);
        }

        return outcome with { Metrics = metrics };
    }

    private StudyImages Images(TicketExperiment experiment)
    {
        var t = experiment.Training;
        var key = $"{experiment.Data} {t.Validation} {t.Batch} {t.Images} {t.TestImages}";
        return _images.TryGetValue(key, out var known) ? known : _images[key] = new StudyImages(StudyData.Load(experiment.Data, search, t), device);
    }
}
