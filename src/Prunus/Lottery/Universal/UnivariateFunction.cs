namespace Prunus.Lottery.Universal;

/// <summary>A function of one number that a net approximates, with what bounds of its error need.</summary>
/// <param name="Id">Name of the net that stands in for it, and of its layers.</param>
/// <param name="Title">Formula.</param>
/// <param name="Value">The function; finite on the domain.</param>
/// <param name="Curvature">A bound of |f''| between two numbers of the domain.</param>
/// <param name="Low">Lower end of the domain.</param>
/// <param name="High">Upper end.</param>
public sealed record UnivariateFunction(string Id, string Title, Func<double, double> Value, Func<double, double, double> Curvature, double Low, double High)
{
    // Sums of logarithms that come out too low still find the exponential defined: the published margin.
    private const double Margin = 0.07;

    /// <summary>log((1+x)/2) on [0,1]: from -ln 2 to 0.</summary>
    public static UnivariateFunction Logarithm { get; } = new("log", "log((1+x)/2)", x => Math.Log(0.5 * (1 + x)), (low, _) => 1 / ((1 + low) * (1 + low)), 0, 1);

    /// <summary>exp(y) on [-degree·ln 2 - 0.07, 0].</summary>
    public static UnivariateFunction Exponential(double degree) =>
        new("exp", "exp(y)", Math.Exp, (_, high) => Math.Exp(high), -(degree * Math.Log(2)) - Margin, 0);

    /// <summary>sin(2πt) on [0, periods].</summary>
    public static UnivariateFunction Sine(double periods) =>
        new("sin", "sin(2πt)", t => Math.Sin(2 * Math.PI * t), (_, _) => 4 * Math.PI * Math.PI, 0, periods);

    /// <summary>Segments of equal length with which interpolation is nowhere farther off than the tolerance: (b-a)²·max|f''| / (8N²) ≤ tolerance.</summary>
    public int SegmentsFor(double tolerance) =>
        Math.Max(1, (int)Math.Ceiling((High - Low) * Math.Sqrt(Curvature(Low, High) / (8 * tolerance))));
}
