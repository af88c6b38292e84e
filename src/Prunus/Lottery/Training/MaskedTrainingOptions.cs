using Prunus.Training;

namespace Prunus.Lottery.Training;

/// <summary>One training of a net under masks. Steps are counted from 0 over the whole schedule, also where a training starts late.</summary>
public sealed record MaskedTrainingOptions
{
    /// <summary>Steps that count as done at the start: k after rewinding to k. Default 0.</summary>
    public int FirstStep { get; init; }

    /// <summary>Steps done at the end; the schedule's length.</summary>
    public required int LastStep { get; init; }

    public required LearningRateSchedule Schedule { get; init; }

    /// <summary>Steps that the schedule is for, where this is only a part of a training; null = <see cref="LastStep"/>. Default null.</summary>
    public int? ScheduleSteps { get; init; }

    /// <summary>Default: Adam.</summary>
    public OptimiserOptions Optimiser { get; init; } = new AdamOptions();

    /// <summary>Steps between evaluations, counted from 0; the end is evaluated in any case. 0 = only there. Default 100 (Frankle and Carbin 2019).</summary>
    public int EvaluateEvery { get; init; } = 100;

    /// <summary>Further steps done at which to evaluate. Default none.</summary>
    public IReadOnlyList<int> EvaluateAt { get; init; } = [];

    /// <summary>Steps done at which the net is copied, with the optimiser's state: the places to rewind to. Default none.</summary>
    public IReadOnlyList<int> SnapshotAt { get; init; } = [];

    /// <summary>Where states to resume from are kept and looked for; null = none. Default null.</summary>
    public string? CheckpointFolder { get; init; }

    /// <summary>Steps between states; 0 = only at the end and when cancelled. Has no influence on the result. Default 0.</summary>
    public int SaveEvery { get; init; }

    /// <summary>Compute threads; null = as they are. A resumed training takes those of its state, since they decide the order of sums. Default null.</summary>
    public int? Threads { get; init; }

    /// <summary>What else makes this training the one it is (data, seed, teacher); start weights and masks count anyway.</summary>
    public string Identity { get; init; } = "";

    /// <summary>Checks all values.</summary>
    /// <exception cref="PrunusInputException">Lists every fault.</exception>
    public void Validate() => OptionFaults.Throw("training options", Faults().Concat(Schedule.Faults(ScheduleSteps ?? LastStep)).Concat(Optimiser.Faults()));

    /// <summary>What decides the result, in one line.</summary>
    internal string Describe() => $"{FirstStep}|{LastStep}|{Schedule}|{Optimiser}|{EvaluateEvery}|{string.Join(' ', EvaluateAt)}|{string.Join(' ', SnapshotAt)}|{Identity}";

    private IEnumerable<string> Faults()
    {
        if (FirstStep < 0)
        {
            yield return $"first step {FirstStep} is negative";
        }

        if (LastStep <= FirstStep)
        {
            yield return $"last step {LastStep} is not after the first, {FirstStep}";
        }

        if (EvaluateEvery < 0)
        {
            yield return $"evaluate every {EvaluateEvery} steps is negative";
        }

        if (SaveEvery < 0)
        {
            yield return $"save every {SaveEvery} steps is negative";
        }

        if (Threads is < 1)
        {
            yield return $"{Threads} threads is below 1";
        }

        foreach (var step in EvaluateAt.Where(s => s <= FirstStep || s > LastStep))
        {
            yield return $"evaluation at step {step} is not within the training, {FirstStep + 1} to {LastStep}";
        }

        foreach (var step in SnapshotAt.Where(s => s < FirstStep || s > LastStep))
        {
            yield return $"snapshot at step {step} is not within the training, {FirstStep} to {LastStep}";
        }
    }
}
