namespace Prunus.Lottery.Training;

/// <summary>What a pruned net starts from.</summary>
public enum RewindKind
{
    /// <summary>Weights and running statistics of step k, a fresh optimiser, the schedule from step k on (Frankle et al. 2019, arXiv 1903.01611; k = 0: Frankle and Carbin 2019).</summary>
    Weights,

    /// <summary>The same with the optimiser's state of step k, under the masks.</summary>
    WeightsAndState,

    /// <summary>The trained weights, a fresh optimiser, the schedule from step k on (Renda et al. 2020, arXiv 2003.02389).</summary>
    LearningRate,

    /// <summary>The trained weights, a fresh optimiser, as many steps as from k on at the schedule's last rate (fine-tuning).</summary>
    FineTune,
}

/// <summary>Trainings of pruned nets, as parts of the whole training: its steps from k on, under their own numbers and with their own batches.</summary>
public static class Rewinding
{
    /// <summary>Whether survivors start from their trained values, and not from those of step k.</summary>
    public static bool KeepsTrained(RewindKind kind) => kind is RewindKind.LearningRate or RewindKind.FineTune;

    /// <summary>The training that a pruned net gets. Its optimiser is fresh unless the state of step k is given to <see cref="MaskedTrainer.State"/>.</summary>
    /// <param name="kind">What is taken back.</param>
    /// <param name="step">k.</param>
    /// <param name="whole">The training from step 0 on.</param>
    /// <returns>The same from step k on, without evaluations and snapshots up to there.</returns>
    /// <exception cref="PrunusInputException">k is not within the training.</exception>
    public static MaskedTrainingOptions After(RewindKind kind, int step, MaskedTrainingOptions whole) => step < 0 || step >= whole.LastStep
        ? throw new PrunusInputException("rewind step", $"{step} is not within the training of {whole.LastStep} steps", $"use 0 to {whole.LastStep - 1}")
        : whole with
        {
            FirstStep = step,
            Schedule = kind == RewindKind.FineTune ? LearningRateSchedule.Constant(whole.Schedule.At(whole.LastStep - 1)) : whole.Schedule,
            EvaluateAt = [.. whole.EvaluateAt.Where(s => s > step)],
            SnapshotAt = [.. whole.SnapshotAt.Where(s => s > step)],
        };
}
