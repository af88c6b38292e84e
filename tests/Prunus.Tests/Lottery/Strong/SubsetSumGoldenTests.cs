using System.Globalization;
using Prunus.Lottery.Strong.SubsetSums;

namespace Prunus.Tests.Lottery.Strong;

/// <summary>The nearest and the smallest subsets of goldens/lottery/strong, for each law of the numbers.</summary>
public sealed class SubsetSumGoldenTests
{
    private readonly SubsetSumSolver _solver = new();

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
                Assert.Equal(errors[(facts.Count * i) + column], best.Error, SubsetSumTests.Off);
                Assert.Equal((ulong)masks[(facts.Count * i) + column], best.Mask);
                Assert.InRange(_solver.Within(targets[i], best.Error + 0.01)!.Value.Error, best.Error, best.Error + 0.01);
                found.Add(best);
            }

            double[] sorted = [.. found.Select(f => f.Error).Order()];
            Assert.Equal(facts[column]["median"].Number, (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2, 1e-12);
            Assert.Equal(facts[column]["mean"].Number, sorted.Average(), 1e-12);
            Assert.Equal(facts[column]["max"].Number, sorted[^1], SubsetSumTests.Off);
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
                Assert.Equal(nearest[(facts.Count * i) + e], found?.Error ?? double.NaN, SubsetSumTests.Off);
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
}
