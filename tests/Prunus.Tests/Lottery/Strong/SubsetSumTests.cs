using System.Globalization;
using System.Numerics;
using System.Runtime.Intrinsics.X86;
using Prunus.Lottery.Strong.SubsetSums;
using Prunus.Randomness;

namespace Prunus.Tests.Lottery.Strong;

public sealed class SubsetSumTests
{
    private const double Off = 1e-15;
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

    [Fact]
    public void VectorsAndSingleNumbers_GiveTheSame()
    {
        var draw = new Philox4x32(12);
        for (var round = 0; round < 120; round++)
        {
            // Every other round on a coarse grid, where sums tie.
            var sample = Enumerable.Range(0, 7 + (round % 8)).Select(i => Number((ulong)((round * 40) + i), round % 2 == 0)).ToArray();
            var target = Number((ulong)((round * 40) + 39), round % 2 == 0);
            double[] plain = [0], vectors = [0];
            foreach (var x in sample)
            {
                double[] before = plain, next = new double[2 * plain.Length], other = new double[2 * plain.Length];
                SumMerging.MergeOneByOne(before, x, next);
                SumMerging.Merge(vectors, x, other);
                (plain, vectors) = (next, other);
                Assert.Equal(plain, vectors);
                if (Avx2.IsSupported && before.Length >= 4)
                {
                    Array.Clear(other);
                    FourSumMerging.Merge(before, x, other);
                    Assert.Equal(plain, other);
                }
            }

            var a = new NearestPairs(plain, plain, target, double.PositiveInfinity, any: false);
            var b = new NearestPairs(plain, plain, target, double.PositiveInfinity, any: false);
            a.Search();
            b.OneByOne();
            Assert.Equal(b.Error, a.Error);
            Assert.Equal(b.Found.Order(), a.Found.Order());
            if (Avx2.IsSupported)
            {
                var c = new NearestPairs(plain, plain, target, double.PositiveInfinity, any: false);
                c.Fours();
                Assert.Equal(b.Error, c.Error);
                Assert.Equal(b.Found.Order(), c.Found.Order());

                // The first pair within a bound: whichever it is, it is within.
                var first = new NearestPairs(plain, plain, target, b.Error, any: true);
                first.Fours();
                Assert.Equal(b.Error, first.Error);
                Assert.Single(first.Found);
            }
        }

        double Number(ulong at, bool coarse) => Math.Round(((2.0 * draw.Uniform(at)) - 1) * (coarse ? 256 : 1 << 23)) / (coarse ? 256 : 1 << 23);
    }

    public static TheoryData<string> Laws => new(LotteryGolden.Cases("strong", "subset_sum", g => g.Json.Names.Where(n => g.Has(n + ".error"))));

    [Theory, MemberData(nameof(Laws))]
    public void References_HaveTheseErrorsAndMasks(string law)
    {
        using var golden = new LotteryGolden("strong", "subset_sum");
        var (targets, errors, masks, facts) = (golden.Doubles("target"), golden.Doubles($"{law}.error"), golden.Integers($"{law}.mask"), golden.Json[law].Items);
        var (sample, size) = Sample(golden, law);
        for (var column = 0; column < facts.Count; column++)
        {
            var n = facts[column]["n"].Integer;
            var found = new List<SubsetSum>();
            for (var i = 0; i < targets.Length; i++)
            {
                _solver.Load(sample.AsSpan(size * i, n));
                var best = _solver.Best(targets[i]);
                Assert.Equal(errors[(facts.Count * i) + column], best.Error, Off);
                Assert.Equal((ulong)masks[(facts.Count * i) + column], best.Mask);
                Assert.InRange(_solver.Within(targets[i], best.Error + 0.01)!.Value.Error, best.Error, best.Error + 0.01);
                found.Add(best);
            }

            double[] sorted = [.. found.Select(f => f.Error).Order()];
            Assert.Equal(facts[column]["median"].Number, (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2, 1e-12);
            Assert.Equal(facts[column]["mean"].Number, sorted.Average(), 1e-12);
            Assert.Equal(facts[column]["max"].Number, sorted[^1], Off);
            Assert.Equal(facts[column]["share_above_0_01"].Number, sorted.Average(e => e > 0.01 ? 1.0 : 0), 1e-12);
            Assert.Equal(facts[column]["mean_size"].Number, found.Average(f => f.Size), 1e-12);
        }

        golden.AssertAllRead(law + "/");
        golden.AssertAllRead(law + ".error");
        golden.AssertAllRead(law + ".mask");
    }

    // LAW_smallest_nN: of the first N elements, for each tolerance.
    [Theory, MemberData(nameof(Laws))]
    public void References_HaveTheseSmallestSubsets(string law)
    {
        using var golden = new LotteryGolden("strong", "subset_sum");
        double[] targets = golden.Doubles("target"), nearest = golden.Doubles($"{law}.smallest.error");
        long[] fewest = golden.Integers($"{law}.smallest.mask"), sizes = golden.Integers($"{law}.smallest.size");
        var (sample, size) = Sample(golden, law);
        var key = Assert.Single(golden.Json.Names, n => n.StartsWith(law + "_smallest_n", StringComparison.Ordinal));
        var (n, facts) = (int.Parse(key[(law.Length + "_smallest_n".Length)..], CultureInfo.InvariantCulture), golden.Json[key].Items);
        for (var e = 0; e < facts.Count; e++)
        {
            var all = new List<SubsetSum>();
            for (var i = 0; i < targets.Length; i++)
            {
                _solver.Load(sample.AsSpan(size * i, n));
                var found = _solver.Smallest(targets[i], facts[e]["eps"].Number);
                Assert.Equal(sizes[(facts.Count * i) + e], found?.Size ?? -1);
                Assert.Equal(fewest[(facts.Count * i) + e], found is { } f ? (long)f.Mask : -1);
                Assert.Equal(nearest[(facts.Count * i) + e], found?.Error ?? double.NaN, Off);
                all.AddRange(found is { } some ? [some] : []);
            }

            Assert.Equal(facts[e]["found"].Integer, all.Count);
            Assert.Equal(facts[e]["mean_size"].Number, all.Average(f => f.Size), 1e-12);
        }

        golden.AssertAllRead(law + ".smallest");
        golden.AssertAllRead(key);
        golden.AssertParts([.. golden.Json.Names, "target", "product_u", "product_v"]);
    }

    // [targets, elements]
    private static (double[] Sample, int Size) Sample(LotteryGolden golden, string law) => golden.Has(law + "_u")
        ? ([.. golden.Doubles(law + "_u").Zip(golden.Doubles(law + "_v"), (u, v) => v * Math.Max(0, u))], (int)golden.Shape(law + "_u")[1])
        : (golden.Doubles(law), (int)golden.Shape(law)[1]);

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
