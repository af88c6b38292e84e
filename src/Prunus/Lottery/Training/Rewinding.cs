namespace Prunus.Lottery.Training;

/// <summary>What a pruned net starts from.</summary>
public enum RewindKind
{
    /// <summary>Weights and running statistics of step k, a fresh optimiser, the schedule from step k on (Frankle et al. 2019, arXiv 1903.01611; k = 0: Frankle and Carbin 2019).</summary>
    Weights,

    /// <summary>The same with the optimiser's state of step k.</summary>
    WeightsAndState,

    /// <summary>The trained weights, a fresh optimiser, the schedule from step k on (Renda et al. 2020, arXiv 2003.02389).</summary>
    LearningRate,

    /// <summary>The trained weights, a fresh optimiser, as many steps as from k on at the schedule's last rate (fine-tuning).</summary>
    FineTune,
}

/// <summary>Starts of a training that are not the first.</summary>
public static class Rewinding
{
    /// <summary>Sets a net to where its next training starts. Masks are applied by that training.</summary>
    /// <param name="kind">What to rewind.</param>
    /// <param name="step">k.</param>
    /// <param name="from">The net at step k to rewind weights, the trained net for the other kinds.</param>
    /// <param name="net">Is set to it.</param>
    /// <param name="whole">The training from step 0 on.</param>
    /// <returns>Options of the training that goes on, without evaluations and snapshots up to step k, and the state to give it (of <paramref name="from"/>, which owns it) or null.</returns>
    /// <exception cref="PrunusInputException">k is not within the training.</exception>
    /// <exception cref="ArgumentException">The snapshot is not of step k, or has no state, where it must.</exception>
    public static (MaskedTrainingOptions Options, OptimiserState? State) Start(RewindKind kind, int step, TicketSnapshot from, ITicketNet net, MaskedTrainingOptions whole)
    {
        if (step < 0 || step >= whole.LastStep)
        {
            throw new PrunusInputException("rewind step", $"{step} is not within the training of {whole.LastStep} steps", $"use 0 to {whole.LastStep - 1}");
        }

        if (kind is RewindKind.Weights or RewindKind.WeightsAndState && from.Step != step)
        {
            throw new ArgumentException($"the snapshot is of step {from.Step}, not {step}", nameof(from));
        }

        if (kind == RewindKind.WeightsAndState && from.Optimiser is null)
        {
            throw new ArgumentException("the snapshot has no optimiser state", nameof(from));
        }

        from.CopyTo(net);
        var options = whole with
        {
            FirstStep = step,
            Schedule = kind == RewindKind.FineTune ? LearningRateSchedule.Constant(whole.Schedule.At(whole.LastStep - 1)) : whole.Schedule,
            EvaluateAt = [.. whole.EvaluateAt.Where(s => s > step)],
            SnapshotAt = [.. whole.SnapshotAt.Where(s => s > step)],
        };
        return (options, kind == RewindKind.WeightsAndState ? from.Optimiser : null);
    }
}
