using System.Globalization;
using Prunus.Lottery.Universal;

namespace Prunus.Tests.Lottery.Universal;

public sealed class PiecewiseLinearTests
{
    private const double Exact = 1e-12;

    public static TheoryData<string> Nets => new(LotteryGolden.Cases("strong", "universal", g => g.Json.Names.Where(n => g.Has(n + ".knots"))));

    // FUNCTION.NSEGMENTS
    [Theory, MemberData(nameof(Nets))]
    public void Nets_AreThoseOfTheReference(string key)
    {
        using var golden = new LotteryGolden("strong", "universal");
        var (json, segments) = (golden.Json[key], int.Parse(key[(key.IndexOf('.', StringComparison.Ordinal) + 2)..], CultureInfo.InvariantCulture));
        var function = Function(key, json["a"].Number, json["b"].Number);
        var net = new PiecewiseLinear(function.Value, function.Low, function.High, segments);
        var balanced = net.Balanced();
        Close(golden.Doubles($"{key}.knots"), net.Knots);
        Close(golden.Doubles($"{key}.slopes"), net.Slopes);
        Close(golden.Doubles($"{key}.coefficients"), net.Coefficients);
        Close(golden.Doubles($"{key}.balanced.w_in"), balanced.Inputs);
        Close(golden.Doubles($"{key}.balanced.b_in"), balanced.Biases);
        Close(golden.Doubles($"{key}.balanced.w_out"), balanced.Outputs);
        Assert.Equal(json["a"].Number, function.Low, Exact);
        Assert.Equal(json["b"].Number, function.High, Exact);
        Assert.Equal(json["y0"].Number, net.Start, Exact);
        Assert.Equal(json["max_grid_error"].Number, net.LargestError(function.Value), Exact);
        Assert.Equal(json["max_grid_error"].Number, Math.Abs(net.At(json["at"].Number) - function.Value(json["at"].Number)), Exact);
        var place = function.Low + (0.3 * (function.High - function.Low));
        Assert.Equal(json["value_at_0_3"].Number, net.At(place), Exact);
        Assert.Equal(net.At(place), balanced.At(place), Exact);
        var bound = json["second_order_bound"].Number;
        Assert.InRange(json["max_grid_error"].Number, 0, bound);

        // As many segments as that bound asks for, and no fewer.
        Assert.Equal(segments, function.SegmentsFor(bound * (1 + 1e-9)));
        Assert.InRange(function.SegmentsFor(bound * 0.999), segments + 1, int.MaxValue);
        golden.AssertAllRead(key);
        golden.AssertParts(golden.Json.Names);
    }

    // The exponential's range is for the highest power.
    [Fact]
    public void UnprunedPolynomials_AreAsFarOff_AsInTheReference()
    {
        using var golden = new LotteryGolden("strong", "universal");
        var (json, rows) = (golden.Json["polynomial"], golden.Json["polynomial"]["rows"].Items);
        var (log, exp) = (UnivariateFunction.Logarithm, UnivariateFunction.Exponential(rows.Max(r => r["r"].Integer)));
        var (inner, outer) = (new PiecewiseLinear(log.Value, log.Low, log.High, json["n_log"].Integer), new PiecewiseLinear(exp.Value, exp.Low, exp.High, json["n_exp"].Integer));
        foreach (var row in rows)
        {
            var r = row["r"].Integer;
            var error = PiecewiseLinear.Grid(0, 1, 10_000).Max(x => Math.Abs(outer.At(r * inner.At(x)) - Math.Pow((1 + x) / 2, r)));
            Assert.Equal(row["max_error"].Number, error, Exact);
        }

        golden.AssertAllRead("polynomial");
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

    private static UnivariateFunction Function(string key, double low, double high) => key.Split('.')[0] switch
    {
        "log" => UnivariateFunction.Logarithm,
        "exp" => UnivariateFunction.Exponential(Math.Round(-(low + 0.07) / Math.Log(2), 9)),
        "sin" => UnivariateFunction.Sine(high),
        _ => throw new ArgumentException(key),
    };

    private static void Close(double[] expected, IReadOnlyList<double> actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        Assert.All(expected.Zip(actual), p => Assert.Equal(p.First, p.Second, 1e-12 * Math.Max(1, Math.Abs(p.First))));
    }
}
