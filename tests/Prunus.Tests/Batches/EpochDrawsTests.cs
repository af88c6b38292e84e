using Prunus.Batches;

namespace Prunus.Tests.Batches;

public class EpochDrawsTests
{
    [Fact]
    public void Order_IsAPermutationOfSeedAndEpoch()
    {
        var order = EpochDraws.Order(1, 0, 100);
        Assert.Equal(Enumerable.Range(0, 100), order.Order());
        Assert.Equal(order, EpochDraws.Order(1, 0, 100));
        Assert.NotEqual(order, EpochDraws.Order(1, 1, 100));
        Assert.NotEqual(order, EpochDraws.Order(2, 0, 100));
    }

    [Fact]
    public void Draws_StayInRange_AndTheMirrorDoesNotMoveTheCuts()
    {
        var drawn = EpochDraws.Augmentation(1, 0, 3000, new());
        var cuts = drawn.Where((_, i) => i % 3 < 2).ToArray();
        Assert.Equal(Enumerable.Range(0, 9), cuts.Distinct().Select(value => (int)value).Order());
        Assert.InRange(drawn.Where((_, i) => i % 3 == 2).Average(value => value), 0.45, 0.55);
        var unmirrored = EpochDraws.Augmentation(1, 0, 3000, new() { Flip = false });
        Assert.Equal(cuts, unmirrored.Where((_, i) => i % 3 < 2));
        Assert.All(unmirrored.Where((_, i) => i % 3 == 2), value => Assert.Equal(0, value));
    }
}
