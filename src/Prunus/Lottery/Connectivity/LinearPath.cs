namespace Prunus.Lottery.Connectivity;

/// <summary>One net on the way from a to b.</summary>
/// <param name="Alpha">0 = a, 1 = b.</param>
/// <param name="Loss">Mean cross entropy in nats.</param>
/// <param name="Error">Share of examples whose largest logit is elsewhere, 0 to 1.</param>
/// <param name="FromFirst">Share of examples that it and the first net of the path put into different classes.</param>
/// <param name="FromLast">The same with the last net.</param>
public readonly record struct PathPoint(double Alpha, double Loss, double Error, double FromFirst, double FromLast);

/// <summary>Linear mode connectivity of two nets (Frankle et al. 2020, arXiv 1912.05671).</summary>
/// <param name="Points">Along the straight line, ascending in alpha.</param>
public sealed record LinearPath(IReadOnlyList<PathPoint> Points)
{
    /// <summary>max E(α) - (E(0) + E(1))/2: the paper's instability, on the error. Below 0.02 counts as stable there.</summary>
    public double ErrorBarrier => AboveMean(p => p.Error);

    /// <summary>The same of the loss.</summary>
    public double LossBarrier => AboveMean(p => p.Loss);

    /// <summary>max of E(α) - ((1-α) E(0) + α E(1)): above the chord between the ends, so 0 where the path only falls or rises towards the worse one.</summary>
    public double ErrorBarrierAboveChord => AboveChord(p => p.Error);

    /// <summary>The same of the loss.</summary>
    public double LossBarrierAboveChord => AboveChord(p => p.Loss);

    /// <summary>Share of examples that the two ends put into different classes.</summary>
    public double Disagreement => Points[^1].FromFirst;

    private double AboveMean(Func<PathPoint, double> value) => Points.Max(value) - ((value(Points[0]) + value(Points[^1])) / 2);

    private double AboveChord(Func<PathPoint, double> value) =>
        Points.Max(p => value(p) - (((1 - p.Alpha) * value(Points[0])) + (p.Alpha * value(Points[^1]))));
}
