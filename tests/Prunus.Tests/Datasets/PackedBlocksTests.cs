using Prunus.Datasets;

namespace Prunus.Tests.Datasets;

public class PackedBlocksTests
{
    private static readonly TokenSource Long = new("long", [.. Enumerable.Range(0, 1003)]);
    private static readonly TokenSource Short = new("short", [.. Enumerable.Range(5000, 40)]);

    [Fact]
    public void Order_IsTheStrideRule()
    {
        var blocks = new PackedBlocks([new(Long, 3), new(Short, 1)], 10, seed: 0);
        var batch = blocks.Batch(7);
        Assert.Equal((4, 10, 40), (batch.GetLength(0), batch.GetLength(1), blocks.TokensPerStep));
        for (var slot = 0; slot < 3; slot++)
        {
            Assert.Equal((7 * 3 + slot) * 7919 % 100 * 10, batch[slot, 0]);
        }

        Assert.Equal(5000 + 7 * 7919 % 4 * 10 + 9, batch[3, 9]);
        var filled = new long[40];
        blocks.Fill(7, filled);
        Assert.Equal(batch.Cast<int>().Select(id => (long)id), filled);
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(3, 100)]
    [InlineData(3, 7919)]
    [InlineData(0, 7919 * 2)]
    public void EveryBlock_ComesOnceAnEpoch(int seed, int count)
    {
        var stream = new TokenSource("x", new int[count]);
        var blocks = new PackedBlocks([new(stream, 1)], 1, (ulong)seed);
        Assert.Equal(count, Enumerable.Range(0, count).Select(t => blocks.BlockIndex(0, t, 0)).Distinct().Count());
        Assert.Equal(("x", count, 2.0), blocks.Epochs(2L * count)[0]);
        Assert.InRange(blocks.BlockIndex(0, long.MaxValue, 0), 0, count - 1);
    }

    [Fact]
    public void Seed_ChangesTheOrder()
    {
        int[,] First(ulong seed) => new PackedBlocks([new(Long, 3)], 10, seed).Batch(0);
        Assert.Equal(First(1), First(1));
        Assert.NotEqual(First(1), First(2));
    }

    [Fact]
    public void Weights_ShareTheSlotsByLargestRemainder()
    {
        int[] Slots(int batch, params double[] weights) =>
            [.. MixtureSource.ByWeight([.. weights.Select(w => (Long, w))], batch).Select(s => s.Slots)];
        Assert.Equal([2, 3, 4, 7], Slots(16, 2, 3, 4, 7));
        Assert.Equal([5, 2, 1], Slots(8, 0.6, 0.3, 0.1));
        Assert.Equal([2, 1], Slots(3, 1, 1));
        Assert.Throws<PrunusInputException>(() => Slots(4, 100, 1));
        Assert.Throws<PrunusInputException>(() => Slots(4, 1, double.NaN));
    }

    [Fact]
    public void TooShortSources_AreRefusedByName()
    {
        var refused = Assert.Throws<PrunusInputException>(() => new PackedBlocks([new(Long, 1), new(Short, 1)], 41, 0));
        Assert.Contains("short", refused.Message, StringComparison.Ordinal);
        Assert.Throws<PrunusInputException>(() => new PackedBlocks([], 41, 0));
    }
}
