using Prunus.Reports;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Reports;

public class TableTests
{
    [Fact]
    public void Markdown_LinesUp()
    {
        var text = MarkdownTable.Write(RecordTables.Subjects(Records.Full(), Records.Environment()));
        Assert.Equal(5, text.TrimEnd('\n').Split('\n').Length);
        Assert.Single(text.TrimEnd('\n').Split('\n').Select(l => l.Length).Distinct());
        Assert.Contains("| distilled | 80.70M ×0.600 |", text, StringComparison.Ordinal);
        Assert.Contains(" 3.5000 +0.6000 | 1.300k ×1.601 |", text, StringComparison.Ordinal);
        Assert.Contains("| pruned    | 80.70M ×0.600 |", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_EscapesPipesAndLineFeeds() =>
        Assert.Equal("| a      |\n| ------ |\n| x\\|y z |\n", MarkdownTable.Write(new Table(["a"], [["x|y\nz"]])));

    [Theory]
    [InlineData(134_515_008, "134.5M")]
    [InlineData(999, "999")]
    [InlineData(999_960, "1.000M")]
    [InlineData(1_500_000_000, "1.500B")]
    [InlineData(0, "0")]
    public void Counts_HaveFourFigures(double value, string text) => Assert.Equal(text, NumberText.Count(value));

    [Theory]
    [InlineData(93_952_410, "89.60 MiB")]
    [InlineData(512, "512 B")]
    public void Bytes_ArePowersOf1024(double value, string text) => Assert.Equal(text, NumberText.Bytes(value));

    [Theory]
    [InlineData(3.16424512, "3.1642")]
    [InlineData(18.4699, "18.470")]
    [InlineData(12345.6, "12346")]
    [InlineData(0.00001234, "1.234e-5")]
    [InlineData(double.NaN, "NaN")]
    public void Values_HaveAboutFiveFigures(double value, string text) => Assert.Equal(text, NumberText.Value(value));
}
