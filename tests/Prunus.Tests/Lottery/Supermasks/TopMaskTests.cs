using Prunus.Lottery.Supermasks;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Supermasks;

/// <summary>Masks of the highest scores against a sort.</summary>
public sealed class TopMaskTests
{
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Equals_a_stable_sort_with_ties(ScalarType type)
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        var random = new Random(5);
        for (var trial = 0; trial < 300; trial++)
        {
            var (rows, n) = (random.Next(1, 4), random.Next(1, 40));
            var scores = Enumerable.Range(0, rows * n).Select(_ => (float)random.Next(-5, 5)).ToArray();
            var dropped = random.Next(0, n + 1);
            var mask = TopMask.Of(tensor(scores, [rows, n]).to(type), dropped).to(ScalarType.Float32);
            for (var row = 0; row < rows; row++)
            {
                var goes = Enumerable.Range(0, n).OrderBy(i => scores[(row * n) + i]).ThenBy(i => i).Take(dropped).ToHashSet();
                Assert.All(Enumerable.Range(0, n), i => Assert.Equal(goes.Contains(i) ? 0 : 1, mask[row, i].item<float>()));
            }
        }
    }

    [Fact]
    public void Any_rank_of_any_values()
    {
        var random = new Random(6);
        foreach (var n in (int[])[2, 17, 1000, 30_011])
        {
            // Signs, sizes from subnormal to huge, both zeros, and many equal ones.
            var values = Enumerable.Range(0, n).Select(_ => (float)(Math.Round(random.NextDouble() - 0.5, random.Next(1, 9)) * Math.Pow(10, random.Next(-42, 38)))).ToArray();
            (values[0], values[1]) = (0.0f, -0.0f);
            int[] order = [.. Enumerable.Range(0, n).OrderBy(i => values[i]).ThenBy(i => i)];
            foreach (var dropped in (int[])[1, n / 3, n / 2, n - 1])
            {
                var (mask, expected) = (new float[n], Enumerable.Repeat(1.0f, n).ToArray());
                RankSelect.Keep(values, Math.Max(1, dropped), mask);
                Array.ForEach(order[..Math.Max(1, dropped)], i => expected[i] = 0);
                Assert.Equal(expected, mask);
            }
        }
    }

    [Fact]
    public void Values_that_are_no_numbers_do_no_harm()
    {
        var mask = new float[4];
        RankSelect.Keep([float.NaN, 1, -float.NaN, 2], 3, mask);
        Assert.All(mask, m => Assert.True(m is 0 or 1));
    }
}
