using System.Runtime.Intrinsics.X86;
using Prunus.Lottery.Strong.SubsetSums;
using Prunus.Randomness;

namespace Prunus.Tests.Lottery.Strong;

/// <summary>Merging and search in blocks of eight and of four numbers.</summary>
public sealed class SumBlocksTests
{
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
}
