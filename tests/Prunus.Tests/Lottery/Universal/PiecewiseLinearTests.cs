using Prunus.Lottery.Universal;
using Prunus.Tests.Lottery.Strong;

namespace Prunus.Tests.Lottery.Universal;

public sealed class PiecewiseLinearTests
{
    private const double Exact = 1e-12;

    [Theory]
    [InlineData("log", 10), InlineData("log", 21), InlineData("log", 40), InlineData("exp", 10), InlineData("exp", 21), InlineData("exp", 40), InlineData("sin", 10), InlineData("sin", 21), InlineData("sin", 40)]
    public void Nets_AreThoseOfTheReference(string name, int segments)
    {
        using var golden = new StrongGoldens("universal");
        var function = name switch { "log" => UnivariateFunction.Logarithm, "exp" => UnivariateFunction.Exponential(4), _ => UnivariateFunction.Sine(1) };
        var (net, key) = (new PiecewiseLinear(function.Value, function.Low, function.High, segments), $"{name}.N{segments}");
        var balanced = net.Balanced();
        Close(golden.Doubles($"{key}.knots"), net.Knots);
        Close(golden.Doubles($"{key}.slopes"), net.Slopes);
        Close(golden.Doubles($"{key}.coefficients"), net.Coefficients);
        Close(golden.Doubles($"{key}.balanced.w_in"), balanced.Inputs);
        Close(golden.Doubles($"{key}.balanced.b_in"), balanced.Biases);
        Close(golden.Doubles($"{key}.balanced.w_out"), balanced.Outputs);
        var json = golden.Json.GetProperty(key);
        double Number(string field) => json.GetProperty(field).GetDouble();
        Assert.Equal(Number("a"), function.Low, Exact);
        Assert.Equal(Number("b"), function.High, Exact);
        Assert.Equal(Number("y0"), net.Start, Exact);
        Assert.Equal(Number("max_grid_error"), net.LargestError(function.Value), Exact);
        var place = function.Low + (0.3 * (function.High - function.Low));
        Assert.Equal(Number("value_at_0_3"), net.At(place), Exact);
        Assert.Equal(net.At(place), balanced.At(place), Exact);
        Assert.InRange(Number("max_grid_error"), 0, Number("second_order_bound"));

        // As many segments as that bound asks for, and no fewer.
        Assert.Equal(segments, function.SegmentsFor(Number("second_order_bound") * (1 + 1e-9)));
        Assert.Equal(segments + 1, function.SegmentsFor(Number("second_order_bound") * 0.999));
    }

    [Fact]
    public void UnprunedPolynomials_AreAsFarOff_AsInTheReference()
    {
        using var golden = new StrongGoldens("universal");
        var (log, exp) = (UnivariateFunction.Logarithm, UnivariateFunction.Exponential(4));
        var (inner, outer) = (new PiecewiseLinear(log.Value, log.Low, log.High, 10), new PiecewiseLinear(exp.Value, exp.Low, exp.High, 40));
        foreach (var row in golden.Json.GetProperty("polynomial").GetProperty("rows").EnumerateArray())
        {
            var r = row.GetProperty("r").GetInt32();
            var error = PiecewiseLinear.Grid(0, 1, 10_000).Max(x => Math.Abs(outer.At(r * inner.At(x)) - Math.Pow((1 + x) / 2, r)));
            Assert.Equal(row.GetProperty("max_error").GetDouble(), error, Exact);
        }
    }

    // Two segments of x² on [0,2]: slopes 1 and 3, off by a quarter in the middle of each.
    [Fact]
    public void ByHand()
    {
        var net = new PiecewiseLinear(x => x * x, 0, 2, 2);
        Assert.Equal([0, 1, 2], net.Knots);
        Assert.Equal([1, 3], net.Slopes);
        Assert.Equal([1, 2], net.Coefficients);
        Assert.Equal([0.0, 0.5, 1, 2.5, 4, 7, 0], new[] { 0, 0.5, 1, 1.5, 2, 3, -1 }.Select(net.At));
        Assert.Equal(0.25, net.LargestError(x => x * x, 9));
        Assert.Equal([1, Math.Sqrt(2)], net.Balanced().Inputs);
        Assert.Equal([0, -Math.Sqrt(2)], net.Balanced().Biases);
        Assert.Throws<ArgumentException>(() => new PiecewiseLinear(Math.Log, 0, 1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PiecewiseLinear(Math.Exp, 0, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PiecewiseLinear(Math.Exp, 1, 1, 3));
    }

    // 1/N for a function with a kink, 1/N² for a smooth one.
    [Fact]
    public void Errors_FallAsTheTheorySays()
    {
        double Error(Func<double, double> f, int n) => new PiecewiseLinear(f, 0, 1, n).LargestError(f, 100_001);
        Assert.InRange(Error(Math.Sin, 20) / Error(Math.Sin, 80), 15.5, 16.5);
        double Kink(double x) => Math.Abs(x - 0.5);
        Assert.InRange(Error(Kink, 21) / Error(Kink, 83), 3.5, 4.5);
    }

    private static void Close(double[] expected, IReadOnlyList<double> actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        Assert.All(expected.Zip(actual), p => Assert.Equal(p.First, p.Second, 1e-12 * Math.Max(1, Math.Abs(p.First))));
    }
}
