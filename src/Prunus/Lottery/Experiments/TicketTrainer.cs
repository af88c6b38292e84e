using Prunus.Lottery.Masks;
using Prunus.Lottery.Stacking;
using Prunus.Lottery.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Experiments;

/// <summary>Trains one net of a study: MLPs by written-out steps, all others by autograd.</summary>
/// <param name="store">Where the teacher lies.</param>
/// <param name="material">What it learns from and is measured on.</param>
/// <param name="device">Where tensors live.</param>
internal sealed class TicketTrainer(TicketStore store, IStudyMaterial material, Device device)
{
    /// <returns>How it went, and what is kept at its end.</returns>
    public (MaskedTrainingResult Result, MaskSet Masks) Train(TicketJob job, TicketExperiment experiment, TicketBeginning start, string work, Action<double> progress, CancellationToken cancellation)
    {
        var training = experiment.Training;
        var options = Options(job, experiment, start, work);
        var told = new Share(s => progress((double)(s - start.FirstStep) / (start.LastStep - start.FirstStep)));
        if (material is StudyImages images && StackedMlpStep.Fits(start.Net) && !training.Augment && !experiment.Finds(job) && (training.Distil is null || job.Level == 0))
        {
            using var data = StepData.Of(images.Data.Train, device, training.Batch, images.Data.Statistics, [OrderSeed(job)]);
            using var stepper = new StackedMlpStep(start.Net, data, options.Optimiser, MaskTensors.Of(start.Masks, device));
            return (new SteppedTraining(start.Net, stepper, options, images.Validation, images.Test).Run(told, cancellation), start.Masks);
        }

        using var order = material.Order(training, OrderSeed(job));
        using var teacher = training.Distil is not null && job.Level > 0 ? Dense(job, experiment, start) : null;
        return experiment.Finds(job) ? new GradualTraining(job, experiment, start).Run(options, Part) : (Part(options, start.Masks, null), start.Masks);

        MaskedTrainingResult Part(MaskedTrainingOptions part, MaskSet masks, OptimiserState? state) =>
            new MaskedTrainer(start.Net, order.Batch, part, MaskTensors.Of(masks, device))
            {
                Validation = material.Validation, Test = material.Test, State = state,
                Distillation = teacher is null ? null : new TicketDistillation(teacher, training.Distil!.Temperature, training.Distil.Weight),
            }.Run(told, cancellation);
    }

    // The seed's dense net at the end of its training.
    private ITicketNet Dense(TicketJob job, TicketExperiment experiment, TicketBeginning start)
    {
        var dense = start.Architecture.Initialise(experiment.Initialisation, job.Seed, device);
        using var trained = TicketSnapshot.Read(store.Trained(experiment.Name, job.Seed, 0), dense);
        trained.CopyTo(dense);
        return dense;
    }

    private static MaskedTrainingOptions Options(TicketJob job, TicketExperiment experiment, TicketBeginning start, string work)
    {
        var (training, rewinding) = (experiment.Training, experiment.Rewinding);
        var options = training.Options(start.FirstStep, start.LastStep);
        return options with
        {
            Schedule = rewinding.Kind == RewindKind.FineTune && job.Level > 0 ? LearningRateSchedule.Constant(options.Schedule.At(training.Iterations - 1)) : options.Schedule,
            SnapshotAt = job is { Branch: TicketExperiment.Ticket, Level: 0 } && rewinding is { Kind: RewindKind.Weights, Step: > 0 } ? [rewinding.Step] : [],
            CheckpointFolder = work,
            SaveEvery = Math.Max(1, training.Iterations / 4),
            Identity = job.Id,
        };
    }

    // All trainings of a seed see the images in one order, but for the branch that is about another.
    private static ulong OrderSeed(TicketJob job) => unchecked((ulong)job.Seed) + (job.Branch == TicketBranch.DataOrder ? (ulong)(job.Replicate + 1) << 32 : 0);

    private sealed class Share(Action<int> tell) : IProgress<int>
    {
        public void Report(int value) => tell(value);
    }
}
