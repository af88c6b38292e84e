using System.Text.Json.Nodes;
using Prunus.Jobs;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Experiments;

/// <summary>Does trainings of a study in a process, a stack at a time. Sets of images and texts are read once and stay.</summary>
/// <param name="study">The experiments.</param>
/// <param name="state">Folder of tickets and weights that trainings leave for later ones.</param>
/// <param name="sources">Where sets of images, texts and models lie.</param>
/// <param name="device">Where tensors live.</param>
public sealed class TicketTrainings(TicketStudy study, string state, StudySources sources, Device device) : IJobWorker
{
    private readonly TicketStore _store = new(state);
    private readonly StudyMaterials _materials = new(sources, device);

    /// <summary>Does the trainings of a stack (<see cref="TicketStack"/>). A repeated call after a kill goes on from the last state.</summary>
    public JsonObject Run(JsonObject spec, Action<double> progress, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        if (device.type == DeviceType.CUDA)
        {
            // Convolutions in float32, as everywhere else; cuDNN's own default is TF32.
            backends.cudnn.allow_tf32 = false;
        }

        return Run(TicketStack.FromJson(spec), progress, cancellation);
    }

    public void Dispose() => _materials.Dispose();

    private JsonObject Run(TicketStack stack, Action<double> progress, CancellationToken cancellation)
    {
        List<TicketExperiment> experiments = [.. stack.Members.Select(m => study.Experiments.First(e => e.Name == m.Experiment))];
        var material = _materials.Of(experiments[0]);
        var architecture = material.Architecture(experiments[0].Net);
        var starts = new TicketStart(_store, study, architecture, device);
        var trainer = new TicketTrainer(_store, material, device);
        var work = Path.Combine(state, "work", stack.Id);
        var (members, results) = (new List<TicketMember>(), new Dictionary<TicketJob, (MaskedTrainingResult Result, MaskSet Masks)>());
        try
        {
            members.AddRange(stack.Members.Zip(experiments).Where(m => !Ended(m.First, m.Second)).Select(m => new TicketMember(m.First, m.Second, starts.Of(m.Second, m.First))));
            members.ForEach(m => new TicketPrelude(_store, material).Leave(m.Job, m.Experiment, m.Start));
            TicketMember[] trained = [.. members.Where(m => m.Start.Trains)];
            foreach (var (member, result) in trained.Length == 0 ? [] : trained.Zip(trainer.Train(trained, stack.Id, work, progress, cancellation)))
            {
                results.Add(member.Job, result);
            }

            var outcomes = members.ToDictionary(m => m.Job, m => End(m, material, results.GetValueOrDefault(m.Job).Result, results.GetValueOrDefault(m.Job).Masks));
            if (Directory.Exists(work))
            {
                Directory.Delete(work, recursive: true);
            }

            return TicketStack.Result([.. stack.Members.Zip(experiments, (job, e) => outcomes.GetValueOrDefault(job) ?? TicketMeasures.Ended(job, e, architecture))], trainer.Warning);
        }
        finally
        {
            members.ForEach(m => m.Dispose());
            results.Values.ToList().ForEach(r => r.Result.Dispose());
        }
    }

    // A search whose training broke down has no later levels, nor have those that take its tickets.
    private bool Ended(TicketJob job, TicketExperiment experiment) => _store.EndedBefore(study.SourceOf(experiment).Name, job.Seed, job.Level);

    // What a training says and leaves; without a result its net is measured as it is.
    private TicketOutcome End(TicketMember member, IStudyMaterial material, MaskedTrainingResult? trained, MaskSet? masks)
    {
        var (job, experiment, start) = member with { Start = member.Start with { Masks = masks ?? member.Start.Masks } };
        var result = trained ?? new MaskedTrainingResult([TicketMeasures.Untrained(start.Net, material)], new Dictionary<int, TicketSnapshot>(), 0);
        var outcome = TicketMeasures.Of(job, experiment, start, result.Members[0]);
        var metrics = outcome.Metrics.ToDictionary(StringComparer.Ordinal);
        if (result.Members[0].DivergedAt is null)
        {
            metrics[TicketMetrics.TrainAccuracy] = TicketMeasures.Accuracy(start.Net, material.Seen);
            new TicketComparison(_store, material).Add(job, experiment, start, metrics);
        }

        if (start.Architecture.DeadUnits(start.Masks) is { } dead)
        {
            metrics[TicketMetrics.DeadUnits] = dead.Axes.Sum(a => a.DeadCount);
        }

        new TicketAftermath(_store, device).Leave(job, experiment, start, result);
        return outcome with { Metrics = metrics };
    }
}
