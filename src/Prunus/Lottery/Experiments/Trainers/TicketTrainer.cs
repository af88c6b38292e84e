using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Stacking;
using Prunus.Lottery.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Experiments.Trainers;

/// <summary>Trains one net of a study, or several of the same settings as a stack: MLPs by written-out steps, all others by autograd.</summary>
/// <param name="store">Where teachers lie.</param>
/// <param name="material">What they learn from and are measured on.</param>
/// <param name="device">Where tensors live.</param>
/// <param name="graphs">Whether steps on a GPU are recorded.</param>
internal sealed class TicketTrainer(TicketStore store, IStudyMaterial material, Device device, bool graphs = true)
{
    // Only image nets are stacked, or trained by written-out steps.
    private StudyImages Images => (StudyImages)material;

    /// <summary>What went another way than it should have, or null.</summary>
    public string? Warning { get; private set; }

    /// <summary>Trains to the end; the last weights are in the members' nets.</summary>
    /// <param name="members">Of the same settings (<see cref="TicketStack"/>).</param>
    /// <param name="snapshots">Steps whose weights the results shall have.</param>
    /// <param name="identity">Names the trainings.</param>
    /// <param name="work">Folder of states.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancellation">Ends it; the same call goes on.</param>
    /// <returns>Of each member how it went, which the caller disposes, and what is kept at its end.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IReadOnlyList<(MaskedTrainingResult Result, MaskSet Masks)> Train(
        IReadOnlyList<TicketMember> members, IReadOnlyList<int> snapshots, string identity, string work, Action<double> progress, CancellationToken cancellation)
    {
        using var nets = new JoinedNets([.. members.Select(m => m.Start)], device);
        var (job, experiment, start) = members[0];
        var told = new Share(s => progress((double)(s - start.FirstStep) / (start.LastStep - start.FirstStep)));
        ulong[] seeds = [.. members.Select(m => OrderSeed(m.Job))];
        var options = Options(members, snapshots, identity, work);
        if (Written(members[0]))
        {
            return Kept(ByStepper(nets, Images.Steps(experiment.Training.Batch, seeds), options, told, cancellation));
        }

        using var order = seeds is [var only] ? material.Order(experiment.Training, only) : Images.Orders(experiment.Training, seeds);
        if (experiment.Finds(job) && experiment.Cutting.At == TicketMoment.Scores)
        {
            var scores = new SupermaskTraining(job, experiment.Cutting.SupermaskAt(job.Level), material) { Recorder = Recorder };
            var found = scores.Run(start.Net, order.Batch, options, told, cancellation);
            Warning ??= Slow(scores.RecordingFault);
            return [found];
        }

        using var early = Early(start, options);
        using var teacher = TicketStack.HasTeacher(experiment, job) ? Teacher(members) : null;
        return !experiment.Finds(job) ? Kept(Part(nets.Net, options, nets.Masks, early?.Optimiser))
            : experiment.Cutting.Pattern is not null ? [PatternTraining.Run(start.Net, experiment.Cutting, net => Part(net, options, null, null))]
            : [new GradualTraining(job, experiment, start).Run(options, (part, masks, state) => Part(nets.Net, part, MaskTensors.Of(masks, device), state))];

        MaskedTrainingResult Part(ITicketNet net, MaskedTrainingOptions part, IReadOnlyDictionary<string, Tensor>? masks, OptimiserState? state)
        {
            var trainer = new MaskedTrainer(net, order.Batch, part, masks)
            {
                Validation = material.Validation, Test = material.Test, State = state, Recorder = net is PatternedNet ? null : Recorder,
                Distillation = teacher is null ? null : new TicketDistillation(teacher, experiment.Training.Distil!.Temperature, experiment.Training.Distil.Weight),
            };
            var result = trainer.Run(told, cancellation);
            Warning ??= Slow(trainer.RecordingFault);
            return result;
        }

        IReadOnlyList<(MaskedTrainingResult, MaskSet)> Kept(MaskedTrainingResult trained) => [.. nets.Part(trained).Zip(members, (r, m) => (r, m.Start.Masks))];
    }

    // A device that the written-out steps fail on loses speed, not the run.
    private bool Written(TicketMember member)
    {
        var (job, experiment, start) = member;
        if (material is not StudyImages || experiment.Rewinding.OfState || (start.Frozen is not null && device.type != DeviceType.CPU) || !StackedMlpStep.Fits(start.Net) || experiment.Training.Augment || experiment.Finds(job) || TicketStack.HasTeacher(experiment, job))
        {
            return false;
        }

        var check = MlpCheck.Of(device);
        Warning = check.Fault is { } fault ? $"MLPs are trained by autograd, more slowly: {fault}" : Slow(check.GraphFault);
        return check.Fault is null;
    }

    private MaskedTrainingResult ByStepper(JoinedNets nets, StepData data, MaskedTrainingOptions options, Share told, CancellationToken cancellation)
    {
        using var stepper = new StackedMlpStep(nets.Net, data, options.Optimiser, nets.Masks, device.type == DeviceType.CPU ? get_num_threads() : 1, graph: Warning is null);
        var trained = new MaskedTrainer(nets.Net, stepper, options, nets.Masks) { Validation = material.Validation, Test = material.Test }.Run(told, cancellation);
        Warning ??= Slow(stepper.GraphFault);
        return trained;
    }

    // Image nets queue the same work each step.
    private Func<IStepRecorder>? Recorder => graphs && device.type == DeviceType.CUDA && material is StudyImages ? () => new CudaStepRecorder(device) : null;

    private static string? Slow(string? graphFault) => graphFault is null ? null : $"steps are launched without CUDA graphs, more slowly: {graphFault}";

    // The dense net of each member's seed at the end of its training.
    private ITicketNet Teacher(IReadOnlyList<TicketMember> members)
    {
        List<ITicketNet> dense = [.. members.Select(Dense)];
        if (dense is [var only])
        {
            return only;
        }

        var stack = VisionStack.Of([.. dense.Select(d => ((VisionTicketNet)d).Net)]);
        dense.ForEach(d => d.Dispose());
        return stack;
    }

    private ITicketNet Dense(TicketMember member)
    {
        var (job, experiment, start) = member;
        var dense = start.Architecture.Initialise(experiment.Initialisation, job.Seed, device);
        using var trained = TicketSnapshot.Read(store.Trained(experiment.Name, job.Seed, 0), dense);
        trained.CopyTo(dense);
        return dense;
    }

    // The dense net at step k with its optimiser's state, which goes on under the masks.
    private static TicketSnapshot? Early(TicketBeginning start, MaskedTrainingOptions options)
    {
        if (start.State is null)
        {
            return null;
        }

        using var like = new MaskedOptimiser(start.Net.Parameters, null, options.Optimiser);
        return TicketSnapshot.Read(start.State, start.Net, like);
    }

    private MaskedTrainingOptions Options(IReadOnlyList<TicketMember> members, IReadOnlyList<int> snapshots, string identity, string work)
    {
        var (job, experiment, _) = members[0];
        return experiment.Training.WithStates(TicketStart.Training(experiment, job), work, device.type, Written(members[0])) with
        {
            SnapshotAt = snapshots,
            Identity = identity,
        };
    }

    // All trainings of a seed see the images in one order, but for the branch that is about another.
    private static ulong OrderSeed(TicketJob job) => unchecked((ulong)job.Seed) + (job.Branch == TicketBranch.DataOrder ? (ulong)(job.Replicate + 1) << 32 : 0);

    private sealed class Share(Action<int> tell) : IProgress<int>
    {
        public void Report(int value) => tell(value);
    }
}
