using Prunus.Reports;
using Prunus.Runs;
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
    public void BesideDense_HasTheVerdictOfEachDifference()
    {
        var record = Records.Full() with
        {
            Metrics = new()
            {
                ["a/ticket 1.pm"] = new Metric(80),
                ["a/ticket 1.sooner"] = new Metric(1.5, 1.25, 1.75, Side: Side.Above),
                ["a/ticket 1.final_accuracy_beside_dense"] = new Metric(-0.0125, -0.02, -0.005, Side: Side.Below),
                ["a/reinit 1.sooner"] = new Metric(1, Side: Side.NotJudged),
            },
        };
        var table = RecordTables.BesideDense(record);
        Assert.Equal(["cell", "Pm, %", "sooner", "final accuracy beside dense, points"], table.Header);
        Assert.Equal(["a/ticket 1", "80.000", "1.5000 [1.2500, 1.7500] ABOVE", "-1.25 [-2.00, -0.50] BELOW"], table.Rows[0]);
        Assert.Equal(["a/reinit 1", "–", "1.0000 NOT JUDGED", "–"], table.Rows[1]);
        Assert.Contains("Beside the dense net", HtmlReport.Render(record, null), StringComparison.Ordinal);
        Assert.Empty(RecordTables.BesideDense(Records.Full()).Rows);
        Assert.Contains("\"side\": \"NOT_JUDGED\"", System.Text.Encoding.UTF8.GetString(RecordJson.Bytes(record)), StringComparison.Ordinal);
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
