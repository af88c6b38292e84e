using Prunus.Lottery.Masks;

namespace Prunus.Tests.Lottery.Masks;

public sealed class MaskOverlapTests
{
    // 1100 and 1010: one in common of three; two places of four differ.
    [Fact]
    public void By_hand()
    {
        Mask a = Mask.Where([2, 2], i => i < 2), b = Mask.Where([2, 2], i => i % 2 == 0);
        var overlap = MaskOverlap.Of(a, b);
        Assert.Equal((1.0 / 3, 0.5, 1.0), (overlap.IntersectionOverUnion, overlap.Hamming, overlap.ExpectedByChance));
        var (layers, all) = MaskOverlap.Of(new MaskSet([("x", a), ("y", a)]), new MaskSet([("x", b), ("y", a)]));
        Assert.Equal((1, 3, 5), (layers["y"].IntersectionOverUnion, (int)all.KeptByBoth, (int)all.KeptByEither));
    }

    // By chance one of 1100's and 1010's is in both, and 2 · 2 / 4 of two full ones' four: (1 + 4) of 2 + 2 + 4 + 4 - 5.
    [Fact]
    public void By_chance_by_hand()
    {
        Assert.Equal(5.0 / 7, MaskOverlap.ByChance([new(4, 2, 2, 0), new(4, 4, 4, 4)]));
        Assert.Equal(1, MaskOverlap.ByChance([new(4, 0, 0, 0)]));
    }

    // Means of counts over all pairs of two of four weights are what the formula says.
    [Fact]
    public void By_chance_by_counting()
    {
        var masks = Enumerable.Range(0, 16).Where(m => int.PopCount(m) == 2).Select(m => Mask.Where([4], i => (m >> i & 1) == 1)).ToList();
        var overlaps = masks.SelectMany(a => masks.Select(b => MaskOverlap.Of(a, b))).ToList();
        Assert.Equal(overlaps.Average(o => o.KeptByBoth) / overlaps.Average(o => o.KeptByEither), MaskOverlap.ByChance([overlaps[0]]), 12);
    }

    [Fact]
    public void Masks_of_other_nets_are_refused() => Assert.Throws<PrunusInputException>(() =>
        MaskOverlap.Of(new MaskSet([("x", Mask.Full([2]))]), new MaskSet([("x", Mask.Full([3]))])));
}
