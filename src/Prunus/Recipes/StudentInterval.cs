namespace Prunus.Recipes;

/// <summary>Mean of a sample with the 95 % interval of Student's t (unknown variance, n - 1 degrees of freedom).</summary>
/// <param name="Mean">Estimate; NaN when a value is.</param>
/// <param name="Low">Lower end; minus infinity for one value.</param>
/// <param name="High">Upper end.</param>
public readonly record struct StudentInterval(double Mean, double Low, double High)
{
    // Two-sided 95 % points of Student's t for 1 to 30 degrees of freedom.
    private static readonly double[] Points =
    [
        12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788, 2.1604, 2.1448, 2.1314,
        2.1199, 2.1098, 2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
    ];

    /// <summary>The interval of a sample.</summary>
    public static StudentInterval Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0 || values.Any(double.IsNaN))
        {
            return new(double.NaN, double.NegativeInfinity, double.PositiveInfinity);
        }

        var mean = values.Average();
        if (values.Count == 1)
        {
            return new(mean, double.NegativeInfinity, double.PositiveInfinity);
        }

        var error = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1) / values.Count);
        var reach = Quantile(values.Count - 1) * error;
        return new(mean, mean - reach, mean + reach);
    }

    // Beyond the table by its expansion in 1/n, right to three digits there.
    private static double Quantile(int freedom) => freedom <= Points.Length ? Points[freedom - 1] : 1.95996 + (2.3723 / freedom) + (2.8 / freedom / freedom);
}
