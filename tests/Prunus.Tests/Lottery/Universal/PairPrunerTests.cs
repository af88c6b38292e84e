using System.Numerics;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Universal;

namespace Prunus.Tests.Lottery.Universal;

public sealed class PairPrunerTests
{
    private readonly RandomPair _pair = new("pair", 2, 300, 3, 7);

    [Fact]
    public void Numbers_AreDrawnFromTheirRanges_AndAreExactInFloat32()
    {
        var weights = Enumerable.Range(0, 600).Select(i => _pair.First(i / 2, i % 2)).ToList();
        var biases = Enumerable.Range(0, 300).Select(_pair.FirstBias).ToList();
        Assert.True(weights.TrueForAll(w => w is >= -2 and < 2 && (float)w == w) && biases.TrueForAll(b => b is >= -1 and < 1 && (float)b == b));
        Assert.InRange(weights.Average(w => w * w), 1.2, 1.5);
        Assert.InRange(biases.Average(b => b * b), 0.28, 0.39);
        Assert.Equal((300 * 3) + (3 * 301), _pair.ParameterCount);
    }

    [Theory, InlineData(1), InlineData(-1)]
    public void Map_IsTheSumOfWhatIsKept(int sign)
    {
        var pruner = new PairPruner(_pair, sign, new TermOptions());
        double[,] weights = { { 0.3, -1.7 }, { 9.5, 0 }, { -0.01, 3.9 } };
        double[] biases = [0.25, -6.2, 0], sums = new double[9];
        for (var o = 0; o < 3; o++)
        {
            (sums[o * 3], sums[(o * 3) + 1], sums[(o * 3) + 2]) = (pruner.Weight(o, 0, weights[o, 0]), pruner.Weight(o, 1, weights[o, 1]), pruner.Bias(o, biases[o]));
        }

        var masks = new MaskSet(pruner.Masks());
        var map = PairMap.Of(_pair, masks, sign, "test");
        var (layer, x, y) = (new MaskedPair<double>(_pair, masks), new[] { sign * 0.7, sign * 0.2 }, new double[3]);
        layer.Forward(x, y);
        for (var o = 0; o < 3; o++)
        {
            Assert.Equal([sums[o * 3], sums[(o * 3) + 1], sums[(o * 3) + 2]], new[] { map.Weight(o, 0), map.Weight(o, 1), map.Biases[o] });
            Assert.Equal(weights[o, 0], map.Weight(o, 0), 2e-3);
            Assert.Equal(weights[o, 1], map.Weight(o, 1), 2e-3);
            Assert.Equal(biases[o], map.Biases[o], 2e-3);
            Assert.Equal(map.At(o, x), y[o], 1e-14);
        }

        // A neuron has one input and one output, and targets of 0 have none.
        Assert.Equal(masks["pair.first.weight"].Kept + masks["pair.first.bias"].Kept, masks["pair.second.weight"].Kept);
        Assert.Equal((0.0, 0.0), (map.Weight(1, 1), map.Biases[2]));

        // The ReLU cuts off inputs of the other sign: only biases are left.
        layer.Forward([-x[0], -x[1]], y);
        Assert.Equal(map.Biases, y.Select(v => v));
        Assert.Throws<PrunusInputException>(() => PairMap.Of(_pair, masks, -sign, "test"));
    }

    [Fact]
    public void Sums_AreTheBestOfFew()
    {
        var pruner = new PairPruner(_pair, 1, new TermOptions(3, 10));
        double[] products = [.. Enumerable.Range(0, 300).Where(j => _pair.First(j, 0) > 0).OrderBy(j => _pair.FirstBias(j) > 0).Take(10).Select(j => _pair.First(j, 0) * _pair.Second(2, j))];
        var best = Enumerable.Range(0, 1 << 10).Where(m => BitOperations.PopCount((uint)m) <= 3).Min(m => Math.Abs(0.77 - Enumerable.Range(0, 10).Where(i => (m >> i & 1) != 0).Sum(i => products[i])));
        Assert.Equal(best, Math.Abs(pruner.Weight(2, 0, 0.77) - 0.77), 1e-14);
        Assert.Equal(best, pruner.LargestError, 1e-14);
        var nearest = Enumerable.Range(0, 300).Where(j => _pair.First(j, 1) > 0).Select(j => _pair.First(j, 1) * _pair.Second(0, j)).MinBy(p => Math.Abs(p - 1.1));
        Assert.Equal(nearest, new PairPruner(_pair, 1, new TermOptions()).Single(0, 1, 1.1));
    }

    [Fact]
    public void UsedUpNeurons_AreSaid()
    {
        var pruner = new PairPruner(new RandomPair("small", 1, 12, 1, 1), 1, new TermOptions());
        var fault = Assert.Throws<PrunusInputException>(() => Enumerable.Range(0, 12).Select(_ => pruner.Single(0, 0, 1)).ToList());
        Assert.StartsWith("--widths: 12 neurons of small are too few for all its sums; ", fault.Message, StringComparison.Ordinal);
    }
}
