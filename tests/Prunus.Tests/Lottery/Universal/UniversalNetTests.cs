using Prunus.Lottery.Strong.Bounds;
using Prunus.Lottery.Universal;
using Prunus.Randomness;

namespace Prunus.Tests.Lottery.Universal;

public sealed class UniversalNetTests
{
    [Theory]
    [InlineData("published polynomial"), InlineData("published fourier"), InlineData("polynomial"), InlineData("fourier")]
    public void Features_AreWithinEpsilon_AndTheBoundIsNear(string name)
    {
        var shape = Shape(name);
        var compiled = Compiled(shape);
        var (backbone, points) = (compiled.Backbone, UniversalError.Points(shape.Inputs));
        var (error, _) = UniversalError.Largest(backbone, points);
        var (exact, float64, float32) = (UniversalBound.Certify(backbone, Arithmetic.Exact), UniversalBound.Certify(backbone, Arithmetic.Float64), UniversalBound.Certify(backbone, Arithmetic.Float32));
        Assert.InRange(compiled.LargestError, 0, 3e-4);
        Assert.InRange(error, exact.Largest / 2, exact.Largest);
        Assert.InRange(exact.Largest, error, float64.Largest);
        Assert.InRange(float64.Largest, exact.Largest, Math.Min(shape.Epsilon, float32.Largest));
        Assert.InRange(UniversalError.OfLayers<double>(backbone, points[..(shape.Inputs * 500)]), 0, float64.Rounding.Max());
        Assert.InRange(UniversalError.OfLayers<float>(backbone, points[..(shape.Inputs * 500)]), 0, float32.Rounding.Max());
    }

    [Fact]
    public void Bounds_HoldOnRandomPoints()
    {
        foreach (var name in new[] { "polynomial", "fourier" })
        {
            var backbone = Compiled(Shape(name)).Backbone;
            var random = new double[2 * 100_000];
            var draw = new Philox4x32(5);
            for (var i = 0; i < random.Length; i++)
            {
                random[i] = draw.Uniform((ulong)i);
            }

            Assert.InRange(UniversalError.Largest(backbone, random).Absolute, 0, UniversalBound.Certify(backbone, Arithmetic.Float64).Largest);
        }
    }

    // What was published is 1,126 of 431,800 and 436 of 68,292 (the sine alone, without the layer before it).
    [Fact]
    public void Counts_AreThoseOfTheMasks_AndNearThePublishedOnes()
    {
        foreach (var (shape, kept, published, smallest) in new[] { (UniversalShape.PublishedPolynomial, 1126, 431_800L, 48_056), (UniversalShape.PublishedFourier, 436, (long?)null, 11_643) })
        {
            var ticket = Compiled(shape).Backbone.Ticket;
            Assert.Equal((published, smallest), (ticket.PublishedCount, ticket.SmallestRandomParameters));
            Assert.Equal(ticket.Masks.Count, ticket.RandomParameters);
            Assert.Equal(ticket.Kept, new[] { "log", "mix", "exp", "sin" }.Sum(ticket.KeptOf));
            Assert.InRange(ticket.Kept, 0.9 * kept, 1.05 * kept);
        }
    }

    [Fact]
    public void Bigger_AreMoreExact()
    {
        var errors = new[] { 0.1, 0.01, 0.002 }.Select(e => UniversalBound.Certify(Compiled(new(UniversalFamily.Polynomial, 1, 3, e)).Backbone, Arithmetic.Float64).Largest).ToList();
        Assert.InRange(errors[1], 0, errors[0] / 3);
        Assert.InRange(errors[2], 0, errors[1] / 2);
        Assert.InRange(errors[2], 0, 0.002);
    }

    [Fact]
    public void Features_AreListedByDegree()
    {
        var shape = new UniversalShape(UniversalFamily.Polynomial, 2, 2, 0.1);
        Assert.Equal(["1,0", "0,1", "2,0", "1,1", "0,2"], shape.Features.Select(f => string.Join(",", f.Powers)));
        Assert.Equal(5, shape.FeatureCount);
        var meant = new double[5];
        shape.Exact([1, 0], meant, shape.Features);
        Assert.Equal([1, 0.5, 1, 0.5, 0.25], meant.Select(v => Math.Round(v, 12)));
        shape = new UniversalShape(UniversalFamily.Fourier, 1, 2, 0.1);
        Assert.Equal(["1 0", "1 0.25", "2 0", "2 0.25"], shape.Features.Select(f => FormattableString.Invariant($"{f.Powers[0]} {f.Shift}")));
        meant = new double[4];
        shape.Exact([0.125], meant, shape.Features);
        Assert.Equal([0.5, 0.5, 1, 0], meant.Select(v => Math.Round(v * v, 12)));
    }

    internal static UniversalShape Shape(string name) => name switch
    {
        "published polynomial" => UniversalShape.PublishedPolynomial,
        "published fourier" => UniversalShape.PublishedFourier,
        "polynomial" => new(UniversalFamily.Polynomial, 2, 2, 0.05),
        _ => new(UniversalFamily.Fourier, 2, 2, 0.1),
    };

    internal static UniversalCompilation Compiled(UniversalShape shape, long seed = 1, TermOptions? options = null) =>
        UniversalCompiler.Compile(shape, seed, options, TestContext.Current.CancellationToken);
}
