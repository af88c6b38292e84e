using Prunus.Reports;

namespace Prunus.Tests.Reports;

public class NumberTextTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(2.81294e-6, "2.813e-6")]
    [InlineData(-2.81294e-6, "-2.813e-6")]
    [InlineData(0.00013456, "0.0001346")]
    [InlineData(0.0131, "0.0131")]
    [InlineData(0.35, "0.35")]
    [InlineData(12.3456, "12.35")]
    [InlineData(999_999, "1e+6")]
    [InlineData(9999.4, "9999")]
    public void Figures_AreFourHoweverSmall(double value, string text) => Assert.Equal(text, NumberText.Figures(value));
}
