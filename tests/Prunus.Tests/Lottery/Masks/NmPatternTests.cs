using Prunus.Lottery.Masks;

namespace Prunus.Tests.Lottery.Masks;

public sealed class NmPatternTests
{
    // Groups 1 1 1 and the short 5: of equal ones the lower index goes.
    [Fact]
    public void Ties_and_short_groups_by_hand()
    {
        var mask = new NmPattern(2, 3).Of([1, 4], [1, 1, 1, 5]);
        Assert.Equal([1, 2, 3], mask.KeptIndices());
    }

    [Theory, InlineData("4:2"), InlineData("0:4"), InlineData("2"), InlineData("2:x")]
    public void Bad_patterns_are_refused(string text) => Assert.Throws<PrunusInputException>(() => NmPattern.Parse(text));
}
