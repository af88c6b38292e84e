namespace Prunus.Lottery.Strong;

/// <summary>The theorem asks for n ≥ C · ln(c c' d² l / min(ε, δ)) numbers a weight with a constant C that it does not name: what C comes to.</summary>
public static class TheoremConstant
{
    /// <summary>δ: the random net may lack a subnet with this probability.</summary>
    public const double Delta = 0.05;

    /// <summary>No C can be less: n numbers have 2^n sums, and intervals of width 2ε around them have to cover those from -1/2 to 1/2, so that n ≥ log2(1/(2ε)). Of products half are 0, which asks for twice as many.</summary>
    public const double Counting = 1.4426950408889634;

    /// <summary>n over the logarithm.</summary>
    /// <param name="samples">n.</param>
    /// <param name="layer">Its c c' d² weights.</param>
    /// <param name="layers">l: layers of the target.</param>
    /// <param name="epsilon">ε: largest difference of an output of the net.</param>
    /// <param name="delta">δ.</param>
    public static double Of(double samples, StrongLayer layer, int layers, double epsilon, double delta = Delta) => samples / Math.Log(layer.Count * (double)layers / Math.Min(epsilon, delta));
}
