using Prunus.Lottery.Strong.Bounds;

namespace Prunus.Lottery.Universal;

/// <summary>
/// A function of one number inside a random net: two pruned pairs of layers with a ReLU between them, which together compute Σ out_i·max(0, in_i·x + bias_i) + offset. Inputs are from 0 up or from 0
/// down, as <paramref name="sign"/> says; what lies beyond 0 counts as 0, for the first ReLU cuts it off.
/// </summary>
/// <param name="function">What it stands in for.</param>
/// <param name="sign">1 or -1.</param>
/// <param name="into">The map to the hidden neurons.</param>
/// <param name="from">The map from them to the output.</param>
public sealed class UnivariateNet(UnivariateFunction function, int sign, PairMap into, PairMap from)
{
    private const int Parts = 16;
    private const double OwnRounding = 1e-15;

    // Neurons that the mask leaves out have neither input nor output.
    private readonly int[] _kept = [.. Enumerable.Range(0, into.Outputs).Where(i => from.Weight(0, i) != 0)];

    /// <summary>What it stands in for.</summary>
    public UnivariateFunction Function { get; } = function;

    /// <summary>1 for inputs from 0 up, -1 for inputs from 0 down.</summary>
    public int Sign { get; } = sign;

    /// <summary>Hidden neurons with their sums: the net in one layer.</summary>
    public BalancedNet Sums => new(
        [.. _kept.Select(i => into.Weight(i, 0))], [.. _kept.Select(i => into.Biases[i])], [.. _kept.Select(i => from.Weight(0, i))], from.Biases[0]);

    /// <summary>The output, in float64.</summary>
    public double At(double x)
    {
        var (cut, sum) = (Cut(x), from.Biases[0]);
        foreach (var i in _kept)
        {
            sum += from.Weight(0, i) * Math.Max(0, (into.Weight(i, 0) * cut) + into.Biases[i]);
        }

        return sum;
    }

    /// <summary>A number with what lies beyond 0 cut off.</summary>
    public double Cut(double x) => Sign > 0 ? Math.Max(0, x) : Math.Min(0, x);

    /// <summary>Certifies the error on an interval: the net is linear between its knots, so that an error between two points is at most the larger one at both and length²·max|f''|/8 more.
    /// Segments are cut into several parts, so that the second is little.</summary>
    /// <param name="low">Lower end.</param>
    /// <param name="high">Upper end.</param>
    /// <param name="weight">Errors are multiplied by this function, which does not fall; null for 1.</param>
    /// <returns>sup |net - f|·weight, at most; f's own rounding included, the net's not.</returns>
    public double Bound(double low, double high, Func<double, double>? weight = null)
    {
        var (bound, points) = (0.0, Points(low, high, Parts));
        double at = points[0], error = Error(at);
        foreach (var next in points)
        {
            var (length, then) = (next - at, Error(next));
            bound = Math.Max(bound, (Math.Max(error, then) + (length * length * Function.Curvature(at, next) / 8)) * (weight?.Invoke(next) ?? 1));
            (at, error) = (next, then);
        }

        return bound + OwnRounding;

        double Error(double x) => Math.Abs(At(x) - Function.Value(x));
    }

    /// <summary>Least and largest output on an interval.</summary>
    public (double Low, double High) Range(double low, double high)
    {
        var values = Points(low, high, 1).Select(At).ToList();
        return (values.Min(), values.Max());
    }

    /// <summary>How far the pruned layers' output in a float arithmetic can be from that of exact numbers.</summary>
    /// <param name="arithmetic">What it is computed in.</param>
    /// <param name="size">Largest magnitude of the input.</param>
    /// <param name="before">How far the input can be off.</param>
    public double Rounding(Arithmetic arithmetic, double size, double before)
    {
        var (sum, magnitude) = (0.0, from.BiasMagnitudes[0]);
        foreach (var i in _kept)
        {
            var made = into.Magnitude(i, 0) * (size + before);
            var off = (Math.Abs(into.Weight(i, 0)) * before) + Dots.Rounding(arithmetic, into.Terms[i], made + into.BiasMagnitudes[i]);
            sum += Math.Abs(from.Weight(0, i)) * off;
            magnitude += from.Magnitude(0, i) * (made + into.BiasMagnitudes[i] + off);
        }

        return sum + Dots.Rounding(arithmetic, from.Terms[0], magnitude);
    }

    // Ends and knots between them, ascending, and points that cut what is between into parts.
    private List<double> Points(double low, double high, int parts)
    {
        var (start, end) = (Cut(low), Cut(high));
        double[] knots = [start, .. _kept.Where(i => into.Weight(i, 0) != 0).Select(i => -into.Biases[i] / into.Weight(i, 0)).Where(s => s > start && s < end).Order(), end];
        return [start, .. knots.Zip(knots.Skip(1)).SelectMany(s => Enumerable.Range(1, parts).Select(i => i == parts ? s.Second : s.First + ((s.Second - s.First) * i / parts)))];
    }
}

/// <summary>Rounding of sums of products through two layers.</summary>
internal static class Dots
{
    // Of each term: the first product, the second, and the first layer's sum with a zero; then the sum of all.
    private const int Own = 4;

    /// <summary>γ·Σ|products|, and what underflows.</summary>
    public static double Rounding(Arithmetic arithmetic, int terms, double magnitude) =>
        (arithmetic.Gamma(terms + Own) * magnitude) + (terms * arithmetic.Least * Own);
}
