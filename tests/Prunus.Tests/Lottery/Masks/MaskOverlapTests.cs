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

    [Fact]
    public void Masks_of_other_nets_are_refused() => Assert.Throws<PrunusInputException>(() =>
        MaskOverlap.Of(new MaskSet([("x", Mask.Full([2]))]), new MaskSet([("x", Mask.Full([3]))])));
}
