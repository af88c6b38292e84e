using System.Text.Json.Nodes;
using Prunus.Jobs;
using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Experiments.Measures;
using Prunus.Lottery.Experiments.Trainers;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;
using Prunus.Native.Cuda;
using Prunus.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Experiments;

/// <summary>Does trainings of a study in a process, a stack at a time, or one in each of several threads. Sets of images and texts are read once and stay.</summary>
/// <param name="study">The experiments.</param>
/// <param name="state">Folder of tickets and weights that trainings leave for later ones.</param>
/// <param name="sources">Where sets of images, texts and models lie.</param>
/// <param name="device">Where tensors live.</param>
public sealed class TicketTrainings(TicketStudy study, string state, StudySources sources, Device device) : IJobWorker
{
    private readonly TicketStore _store = new(state);
    private readonly StudyMaterials _materials = new(sources, device);

    /// <summary>Threads for what is done of each member of a stack before and after its training; null = as many as the device suggests.</summary>
    internal int? Threads { get; init; }

    /// <summary>Whether steps on a GPU are recorded as CUDA graphs (<see cref="RecordedStep"/>). Default true.</summary>
    public bool Graphs { get; init; } = true;

    /// <summary>Does the trainings of a stack (<see cref="TicketStack"/>). A repeated call after a kill goes on from the last state.</summary>
    public JsonObject Run(JsonObject spec, Action<double> progress, CancellationToken cancellation)
    {
        using var stream = SideStream.Own(device);
        using var scope = NewDisposeScope();
        return Run(TicketStack.FromJson(spec), progress, cancellation);
    }

    public void Dispose() => _materials.Dispose();

    private JsonObject Run(TicketStack stack, Action<double> progress, CancellationToken cancellation)
    {
        List<TicketExperiment> experiments = [.. stack.Members.Select(m => study.Experiments.First(e => e.Name == m.Experiment))];
        var material = _materials.Of(experiments[0]);
        var architecture = material.Architecture(experiments[0].Net);
        var starts = new TicketStart(_store, study, architecture, device);
        var trainer = new TicketTrainer(_store, material, device, Graphs);
        var (work, threads) = (Path.Combine(state, "work", stack.Id), Threads ?? MemberWork.Threads(device));
        var (members, results) = (new TicketMember?[stack.Members.Count], new Dictionary<TicketJob, (MaskedTrainingResult Result, MaskSet Masks)>());
        try
        {
            MemberWork.Each(members.Length, threads, device, i =>
                members[i] = Ended(stack.Members[i], experiments[i]) ? null : new TicketMember(stack.Members[i], experiments[i], starts.Of(experiments[i], stack.Members[i])));
            TicketMember[] begun = [.. members.OfType<TicketMember>()];
            Array.ForEach(begun, m => new TicketPrelude(_store, material).Leave(m.Job, m.Experiment, m.Start));
            TicketMember[] trained = [.. begun.Where(m => m.Start.Trains)];
            results = SharedTrainings.Run(trained, (different, early) => trainer.Train(different, early, stack.Id, work, progress, cancellation));

            TicketEnd[] ends = [.. begun.Select(m => TicketEnd.Of(m, _store, material, results.GetValueOrDefault(m.Job).Result, results.GetValueOrDefault(m.Job).Masks))];
            MemberWork.Each(ends.Length, threads, device, i => ends[i].Leave(new TicketAftermath(_store, device)));
            var outcomes = ends.ToDictionary(e => e.Member.Job, e => e.Outcome);
            WorkFolder.Remove(work);

            return TicketStack.Result([.. stack.Members.Zip(experiments, (job, e) => outcomes.GetValueOrDefault(job) ?? TicketMeasures.Ended(job, e, study.SourceOf(e), architecture))], trainer.Warning);
        }
        finally
        {
            Array.ForEach(members, m => m?.Dispose());
            results.Values.Select(r => r.Result).Distinct<MaskedTrainingResult>(ReferenceEqualityComparer.Instance).ToList().ForEach(r => r.Dispose());
        }
    }

    // A search whose training broke down has no later levels, nor have those that take its tickets.
    private bool Ended(TicketJob job, TicketExperiment experiment) => _store.EndedBefore(study.SourceOf(experiment).Name, job.Seed, job.Level);
}
