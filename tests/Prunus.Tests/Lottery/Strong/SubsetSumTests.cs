using System.Numerics;
using Prunus.Lottery.Strong.SubsetSums;
using Prunus.Randomness;

namespace Prunus.Tests.Lottery.Strong;

/// <summary>Subsets by hand, and against all subsets there are.</summary>
public sealed class SubsetSumTests
{
    internal const double Off = 1e-15;
    private readonly SubsetSumSolver _solver = new();

    [Fact]
    public void ByHand()
    {
        _solver.Load([0.5, 0, -0.25, 0.125]);
        Assert.Equal(new SubsetSum(0b0101, 0.0625), _solver.Best(0.1875));
        Assert.Equal(new SubsetSum(0b1101, 0.025), _solver.Best(0.4) with { Error = 0.025 });
        Assert.Equal(new SubsetSum(0, 0.1), _solver.Smallest(-0.1, 0.1));
        Assert.Equal(new SubsetSum(0b1000, 0.0625), _solver.Smallest(0.1875, 0.1));
        Assert.Null(_solver.Within(1, 0.3));
        Assert.Null(_solver.Smallest(1, 0.3));
        Assert.Equal(0.375, _solver.Within(1, 0.375)!.Value.Error);
        _solver.Load([]);
        Assert.Equal(new SubsetSum(0, 2), _solver.Best(-2));
        Assert.Throws<ArgumentException>(() => _solver.Load([double.NaN]));
        Assert.Throws<ArgumentOutOfRangeException>(() => _solver.Load(new double[65]));
    }

    // Multiples of 1/8 and 1/64 make many subsets equally near; the third law has zeros.
    [Theory, InlineData(8.0), InlineData(64.0), InlineData(0.0)]
    public void EqualsBruteForce_OnThousandsOfCases(double grid)
    {
        var draw = new Philox4x32(11, (ulong)grid);
        var at = 0UL;
        for (var round = 0; round < 1000; round++)
        {
            var sample = Enumerable.Range(0, round % 13).Select(_ => Number()).ToArray();
            var target = 1.5 * Number();
            double[] tolerances = [0.3, 0.1, 0.01, 0];
            var sums = Sums(sample);
            _solver.Load(sample);
            Same(BruteForce(sums, target, double.PositiveInfinity, bySize: false)!.Value, _solver.Best(target), sample, target, grid > 0);
            foreach (var tolerance in tolerances)
            {
                var least = BruteForce(sums, target, tolerance + (grid > 0 ? 0 : Off), bySize: true);
                var (any, smallest) = (_solver.Within(target, tolerance), _solver.Smallest(target, tolerance));
                Assert.Equal((least is null, least is null), (any is null, smallest is null));
                if (least is { } expected)
                {
                    Same(expected, smallest!.Value, sample, target, grid > 0);
                    Assert.InRange(Math.Abs(target - Sum(sample, any!.Value.Mask)), 0, tolerance + Off);
                }
            }
        }

        double Number()
        {
            double u = (2 * draw.Uniform(at++)) - 1, v = draw.Uniform(at++);
            return grid > 0 ? Math.Round(u * grid) / grid : v < 0.3 ? 0 : u * v;
        }
    }

    // At most so many elements, as universal tickets take them; on a grid many subsets tie.
    [Theory, InlineData(8.0), InlineData(0.0)]
    public void NearestOfFew_EqualsBruteForce(double grid)
    {
        var draw = new Philox4x32(13, (ulong)grid);
        for (var round = 0; round < 1000; round++)
        {
            var sample = Enumerable.Range(0, round % 12).Select(i => Number((ulong)((round * 20) + i))).ToArray();
            var (target, most) = (2 * Number((ulong)((round * 20) + 19)), round % 6);
            _solver.Load(sample);
            var found = _solver.Nearest(target, most);
            var best = Enumerable.Range(0, 1 << sample.Length).Where(m => BitOperations.PopCount((uint)m) <= most)
                .Select(m => new SubsetSum((ulong)m, Math.Abs(target - Sum(sample, (ulong)m)))).MinBy(s => s.Error);
            Assert.InRange(found.Size, 0, most);
            Assert.Equal(best.Error, found.Error, Off);
            Assert.Equal(found.Error, Math.Abs(target - Sum(sample, found.Mask)), Off);
        }

        double Number(ulong at)
        {
            var u = (2 * draw.Uniform(at)) - 1;
            return grid > 0 ? Math.Round(u * grid) / grid : u;
        }
    }

    private static void Same(SubsetSum expected, SubsetSum actual, double[] sample, double target, bool exact)
    {
        // Where sums are rounded, subsets that differ by less may trade places.
        Assert.Equal(expected.Error, actual.Error, Off);
        Assert.Equal(actual.Error, Math.Abs(target - Sum(sample, actual.Mask)), Off);
        if (exact)
        {
            Assert.Equal(expected, actual);
        }
    }

    // Of all subsets within the tolerance the nearest, or the nearest of the smallest; of equal ones the lowest mask.
    private static SubsetSum? BruteForce(double[] sums, double target, double tolerance, bool bySize)
    {
        SubsetSum? found = null;
        for (var mask = 0UL; mask < (ulong)sums.Length; mask++)
        {
            var next = new SubsetSum(mask, Math.Abs(target - sums[mask]));
            var better = found is not { } best || (bySize && next.Size != best.Size ? next.Size < best.Size : next.Error < best.Error);
            found = next.Error <= tolerance && better ? next : found;
        }

        return found;
    }

    // Of every mask, added in the order of the elements.
    private static double[] Sums(double[] sample)
    {
        var sums = new double[1 << sample.Length];
        for (var mask = 1; mask < sums.Length; mask++)
        {
            var last = BitOperations.Log2((uint)mask);
            sums[mask] = sums[mask - (1 << last)] + sample[last];
        }

        return sums;
    }

    private static double Sum(double[] sample, ulong mask)
    {
        var sum = 0.0;
        for (; mask != 0; mask &= mask - 1)
        {
            sum += sample[BitOperations.TrailingZeroCount(mask)];
        }

        return sum;
    }
}
