namespace Prunus.Lottery.Universal;

/// <summary>
/// Interpolation of a function on N+1 equidistant knots as a ReLU net of one hidden layer: g(x) = f(s_0) + Σ_{i&lt;N} c_i·max(0, x - s_i), where c_0 is the first slope and c_i the change of
/// slope at knot i (Burkholz et al. 2022, ICLR, "On the existence of universal lottery tickets"). The error falls as 1/N for Lipschitz functions and as 1/N² where f'' is bounded.
/// </summary>
public sealed class PiecewiseLinear
{
    /// <param name="function">f.</param>
    /// <param name="low">s_0.</param>
    /// <param name="high">s_N, above s_0.</param>
    /// <param name="segments">N, at least 1.</param>
    public PiecewiseLinear(Func<double, double> function, double low, double high, int segments)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(segments, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(high, low);
        var knots = Enumerable.Range(0, segments + 1).Select(i => low + ((high - low) * i / segments)).ToArray();
        var values = Array.ConvertAll(knots, s => function(s));
        if (Array.FindIndex(values, v => !double.IsFinite(v)) is >= 0 and var bad)
        {
            throw new ArgumentException($"is {values[bad]} at {knots[bad]}", nameof(function));
        }

        var slopes = Enumerable.Range(0, segments).Select(i => (values[i + 1] - values[i]) / (knots[i + 1] - knots[i])).ToArray();
        (Knots, Slopes, Start) = (knots, slopes, values[0]);
        Coefficients = [.. slopes.Select((m, i) => i == 0 ? m : m - slopes[i - 1])];
    }

    /// <summary>s_0 … s_N.</summary>
    public IReadOnlyList<double> Knots { get; }

    /// <summary>Slope of each of the N segments.</summary>
    public IReadOnlyList<double> Slopes { get; }

    /// <summary>c_0 … c_{N-1}.</summary>
    public IReadOnlyList<double> Coefficients { get; }

    /// <summary>f(s_0).</summary>
    public double Start { get; }

    /// <summary>g(x): constant below the first knot, straight on above the last.</summary>
    public double At(double x)
    {
        var sum = Start;
        for (var i = 0; i < Coefficients.Count; i++)
        {
            sum += Coefficients[i] * Math.Max(0, x - Knots[i]);
        }

        return sum;
    }

    /// <summary>The split that keeps both layers small: weights √|c_i| in and sign(c_i)·√|c_i| out, biases -s_i·√|c_i|.</summary>
    public BalancedNet Balanced()
    {
        double[] inputs = [.. Coefficients.Select(c => Math.Sqrt(Math.Abs(c)))];
        return new(inputs, [.. inputs.Select((w, i) => -Knots[i] * w)], [.. inputs.Select((w, i) => Math.Sign(Coefficients[i]) * w)], Start);
    }

    /// <summary>Largest |g - f| on equidistant points, ends included.</summary>
    /// <param name="function">f.</param>
    /// <param name="points">Points of the grid.</param>
    public double LargestError(Func<double, double> function, int points = 10_000) =>
        Grid(Knots[0], Knots[^1], points).Max(x => Math.Abs(At(x) - function(x)));

    /// <summary>Equidistant points, ends included.</summary>
    public static IEnumerable<double> Grid(double low, double high, int points) =>
        Enumerable.Range(0, points).Select(i => i == points - 1 ? high : low + ((high - low) * i / (points - 1)));
}

/// <summary>A ReLU net of one input, one hidden layer and one output: Σ outputs_i·max(0, inputs_i·x + biases_i) + offset.</summary>
/// <param name="Inputs">Weights of the hidden neurons.</param>
/// <param name="Biases">Their biases.</param>
/// <param name="Outputs">Weights from them to the output.</param>
/// <param name="Offset">Bias of the output.</param>
public sealed record BalancedNet(IReadOnlyList<double> Inputs, IReadOnlyList<double> Biases, IReadOnlyList<double> Outputs, double Offset)
{
    /// <summary>The output.</summary>
    public double At(double x)
    {
        var sum = Offset;
        for (var i = 0; i < Inputs.Count; i++)
        {
            sum += Outputs[i] * Math.Max(0, (Inputs[i] * x) + Biases[i]);
        }

        return sum;
    }
}
