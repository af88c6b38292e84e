using Prunus.Lottery.Masks;

namespace Prunus.Tests.Lottery.Masks;

public sealed class MaskActionTests
{
    // Kept: 3, -1, -2 at places 0, 2, 3. Trained -1 grew, 3 shrank; pruned 5 shrank to 1, 4 grew.
    [Theory]
    [InlineData("signed-constant-0.25", "0.25,0,-0.25,-0.25,0"), InlineData("random-reshuffle", "-2,0,3,-1,0"), InlineData("signed-reshuffle", "2,0,-3,-1,0")]
    [InlineData("random-reinit-permute", "4,0,-1,5,0"), InlineData("signed-reshuffle-within-sign", "3,0,-2,-1,0"), InlineData("freeze-init-zero-mask", "3,0,-1,-2,4")]
    [InlineData("freeze-init-zero-all", "0,0,-1,-2,4"), InlineData("freeze-init-zero-rev", "3,5,-1,-2,0"), InlineData("freeze-init-zero-reshuffle", "3,5,-1,-2,0")]
    public void By_hand(string id, string expected)
    {
        var values = new ActionValues(Mask.Where([5], i => i is not (1 or 4)), [3, 5, -1, -2, 4], [1, 1, -2, -2, 6], [], [4, 3, 2, 1, 0], [2, 0, 1], [9, 8, 7, 1, 2]);
        var action = KeptActions.All.Concat(PrunedActions.All).Single(a => a.Id == id);
        Assert.Equal(expected, string.Join(',', action.Apply(values)));
    }

    [Fact]
    public void Draws_hang_on_seed_and_name()
    {
        var mask = Mask.Where([100], i => i % 3 > 0);
        ActionValues Draw(string name, long seed) => ActionValues.Draw(name, mask, new float[100], new float[100], new float[100], seed);
        Assert.Equal(Draw("fc1", 1).Order, Draw("fc1", 1).Order);
        Assert.NotEqual(Draw("fc1", 1).Order, Draw("fc2", 1).Order);
        Assert.NotEqual(Draw("fc1", 1).Keys, Draw("fc1", 2).Keys);
        Assert.Equal(Enumerable.Range(0, mask.Kept), Draw("fc1", 1).KeptOrder.Order());
    }
}
