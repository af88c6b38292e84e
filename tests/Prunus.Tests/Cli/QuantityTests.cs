using Prunus.Cli.Options;

namespace Prunus.Tests.Cli;

public class QuantityTests
{
    [Theory]
    [InlineData("65M", 65_000_000)]
    [InlineData("1.5B", 1_500_000_000)]
    [InlineData("6e7", 60_000_000)]
    [InlineData("1.5k", 1500)]
    [InlineData("2G", 2_000_000_000)]
    [InlineData("12", 12)]
    public void Counts_AreRead(string text, long expected)
    {
        Assert.True(Quantity.TryCount(text, out var value));
        Assert.Equal(expected, value);
    }

    [Fact]
    public void TheLargestSeed_IsRead() => Assert.Null(ParsedOption.Integer(0, long.MaxValue)("9223372036854775807", out _));

    [Theory]
    [InlineData("")]
    [InlineData("M")]
    [InlineData("0.5")]
    [InlineData("1e40")]
    [InlineData("9e18T")]
    [InlineData("65 M")]
    [InlineData("65MB")]
    [InlineData("1,000")]
    [InlineData("NaN")]
    public void NonsenseCounts_AreRefused(string text) => Assert.False(Quantity.TryCount(text, out _));

    [Theory]
    [InlineData("60%", 0.6)]
    [InlineData("0.6", 0.6)]
    [InlineData("1e-1", 0.1)]
    [InlineData("100%", 1)]
    public void Shares_AreRead(string text, double expected)
    {
        Assert.Null(ParsedOption.Share(text, out var value));
        Assert.Equal(expected, value, 12);
    }

    [Theory]
    [InlineData("60", "60 is out of range; use a share above 0 up to 100%")]
    [InlineData("0%", "0% is out of range; use a share above 0 up to 100%")]
    [InlineData("-5%", "-5% is out of range; use a share above 0 up to 100%")]
    [InlineData("NaN", "'NaN' is no share; write e.g. 60% or 0.6")]
    [InlineData("%", "'%' is no share; write e.g. 60% or 0.6")]
    public void NonsenseShares_AreRefused(string text, string fault) => Assert.Equal(fault, ParsedOption.Share(text, out _));
}
