namespace Prunus.Lottery.Strong;

/// <summary>Weights or biases of a layer that subsets are looked for: divided by a power of two, each with the error that its sum may have.</summary>
/// <param name="Values">The target's own numbers.</param>
/// <param name="Exponent">log2 of what they are divided by.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="Of">What ε is the error of.</param>
internal sealed record ScaledTargets(double[] Values, int Exponent, double Epsilon, EpsilonOf Of)
{
    private const double UnitRoundoff = 1.0 / (1 << 24);

    // log2 of how many units of ε a unit of the sums is.
    private int Unit => Of == EpsilonOf.Target ? Exponent : 0;

    /// <summary>What the sum shall be.</summary>
    public double Divided(int index) => Math.ScaleB(Values[index], -Exponent);

    /// <summary>How far the sum may be from it. Something is left for rounding to float32: u(|w|+ε), or half of ε where float32 has no numbers that near (then w is met, or its neighbour).</summary>
    public double Tolerance(int index) =>
        Math.ScaleB(Epsilon - Math.Min(UnitRoundoff * (Math.Abs(InUnits(Divided(index))) + Epsilon), Epsilon / 2), -Unit);

    /// <summary>A sum or an error in the units of ε.</summary>
    public double InUnits(double value) => Math.ScaleB(value, Unit);
}
