namespace Prunus.Lottery.Training;

/// <summary>An evaluation of one net. NaN where its set was not given.</summary>
/// <param name="Step">Steps done before it.</param>
/// <param name="ValidationLoss">Mean cross entropy in nats.</param>
/// <param name="ValidationAccuracy">Share of hits, 0 to 1.</param>
/// <param name="TestLoss">Mean cross entropy in nats.</param>
/// <param name="TestAccuracy">Share of hits, 0 to 1.</param>
public readonly record struct CurvePoint(int Step, double ValidationLoss, double ValidationAccuracy, double TestLoss, double TestAccuracy);

/// <summary>How the training of one net went.</summary>
/// <param name="TrainingLosses">Mean cross entropy (plus distillation, if any) of every step's batch before the step; the first belongs to the step after the start.</param>
/// <param name="Points">Evaluations in their order.</param>
/// <param name="DivergedAt">First step, counted from 1, whose batch gave a loss that is NaN or infinite; the last step where only its update left such a loss of the validation or test set, or such a
/// weight; 0 of a net that had such a loss untrained; null = nothing of that.</param>
public sealed record TrainingCurve(IReadOnlyList<float> TrainingLosses, IReadOnlyList<CurvePoint> Points, int? DivergedAt)
{
    /// <summary>The early-stop point: the first evaluation with the least validation loss (Frankle and Carbin 2019, section 1). Null without a finite one.</summary>
    public CurvePoint? EarlyStop => EarlyStopAfter(-1);

    /// <summary>The same of evaluations behind a step only.</summary>
    public CurvePoint? EarlyStopAfter(int step) => Points.Where(p => p.Step > step && double.IsFinite(p.ValidationLoss)).ToList() is { Count: > 0 } finite
        ? finite.MinBy(p => p.ValidationLoss) : null;

    /// <summary>The evaluation at a step.</summary>
    /// <exception cref="ArgumentException">There was none.</exception>
    public CurvePoint At(int step) => Points.Any(p => p.Step == step)
        ? Points.First(p => p.Step == step)
        : throw new ArgumentException($"no evaluation at step {step}", nameof(step));
}
