using Prunus.Runs;

namespace Prunus.Tests.Runs;

public class ClaimTests
{
    [Theory]
    [InlineData(1.1, 1.3, Verdict.Pass)]
    [InlineData(0.9, 1.3, Verdict.Inconclusive)]
    [InlineData(0.5, 0.9, Verdict.Fail)]
    [InlineData(double.NaN, double.NaN, Verdict.Inconclusive)]
    public void Above_NeedsTheWholeInterval(double low, double high, Verdict verdict) =>
        Assert.Equal(verdict, Claim.Above("a", "x > 1", 1, 1.2, low, high).Verdict);

    [Theory]
    [InlineData(-0.1, 0.1, Verdict.Pass)]
    [InlineData(-0.3, 0.1, Verdict.Inconclusive)]
    [InlineData(0.3, 0.4, Verdict.Fail)]
    public void Within_StatesItsMargin(double low, double high, Verdict verdict) =>
        Assert.Equal(verdict, Claim.Within("a", "x = 0 to 0.2", 0, 0.2, 0, low, high).Verdict);
}
