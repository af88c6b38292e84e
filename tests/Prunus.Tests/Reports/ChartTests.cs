using Prunus.Reports.Charts;
using Prunus.Runs;

namespace Prunus.Tests.Reports;

public class ChartTests
{
    [Theory]
    [InlineData(0, 30, 6, new double[] { 0, 5, 10, 15, 20, 25, 30 })]
    [InlineData(0.05, 0.37, 4, new double[] { 0.1, 0.2, 0.3 })]
    [InlineData(-1, 1, 4, new double[] { -1, -0.5, 0, 0.5, 1 })]
    [InlineData(3, 3, 4, new double[] { 3 })]
    public void Ticks_AreRound(double low, double high, int count, double[] expected) => Assert.Equal(expected, Ticks.Between(low, high, count));

    [Fact]
    public void Path_HasTheValues_AndGapsWhereThereAreNone()
    {
        (double, double)[] points = [(0, 1), (1, 2), (2, double.NaN), (3, 4), (4, double.PositiveInfinity), (5, 0.333)];
        Assert.Equal("M0 10L10 20M30 40M50 3.33", LineChart.PathData(points, x => x * 10, y => y * 10));
    }

    [Fact]
    public void LineChart_PutsEndsOfACurveAtItsCorners()
    {
        // One series: the plot spans x 62 to 746 and y 30 to 276, with 5 % of the range free above and below.
        var svg = LineChart.Draw("Loss", [new("Loss", "a", "step", "nats", [0, 10], [2, 4])]);
        Assert.Contains("<path d=\"M62 264.82L746 41.18\" class=\"curve c0 d0\"/>", svg, StringComparison.Ordinal);
        Assert.Contains("aria-label=\"Loss: a from 2.0000 to 4.0000\"", svg, StringComparison.Ordinal);
        Assert.Contains(">step</text>", svg, StringComparison.Ordinal);
    }

    // Two rows above the plot: the legend, and where the other values are from. The dashed ones have the colour of the line that they belong to.
    [Fact]
    public void LineChart_MarksWhatIsNotTheRuns()
    {
        var svg = LineChart.Draw("Accuracy", [new("Accuracy", "ours", "step", "", [0, 10], [2, 4]), new("Accuracy", "more", "step", "", [0, 10], [2, 4]),
            new("Accuracy", "chance", "step", "", [0, 10], [2, 2], Like: "more"), new("Accuracy", "theirs", "step", "", [10], [4], Source: "a paper", Like: "ours")]);
        Assert.Contains("class=\"curve c0 d0\"/>", svg, StringComparison.Ordinal);
        Assert.Contains("class=\"curve c1 d0\"/>", svg, StringComparison.Ordinal);
        Assert.Contains("class=\"curve c1 d1\"/>", svg, StringComparison.Ordinal);
        Assert.Contains("<circle cx=\"746\" cy=\"58.36\" r=\"2.6\" class=\"mark curve c0 other\"/>", svg, StringComparison.Ordinal);
        Assert.Contains("<title>theirs (a paper)</title>", svg, StringComparison.Ordinal);
        Assert.Contains(">Dashed, with marks: a paper.</text>", svg, StringComparison.Ordinal);
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(svg, "<circle"));
    }

    [Fact]
    public void LineChart_SurvivesCurvesWithoutPoints()
    {
        Assert.Contains("a, no points", LineChart.Draw("Loss", [new("Loss", "a", "step", "nats", [], [])]), StringComparison.Ordinal);
        LineChart.Draw("Loss", [new("Loss", "a", "step", "nats", [0], [double.NaN])]);
        LineChart.Draw("Loss", [new("Loss", "a", "step", "nats", [1], [0])]);
    }

    [Fact]
    public void Thinning_KeepsSpikes()
    {
        var points = Enumerable.Range(0, 100_000).Select(i => ((double)i, i == 54_321 ? 99.0 : 1 + (i % 7 * 0.01))).ToArray();
        var thin = LineChart.Thin(points);
        Assert.InRange(thin.Length, 300, 601);
        Assert.Contains((54_321, 99.0), thin);
        Assert.Equal(thin.OrderBy(p => p.X), thin);
    }

    [Fact]
    public void CutChart_DrawsKeptSharesAndHatchesRemovedLayers()
    {
        var cut = new CutPicture(100, 25, [new(true, 80, 40, 4, 2, 2, 1), new(false, 80, 0, 4, 0, 2, 0)]);
        var svg = CutChart.Draw(cut);
        Assert.Equal(3, System.Text.RegularExpressions.Regex.Count(svg, "class=\"gone\""));
        Assert.Contains("<rect x=\"120\" y=\"8\" width=\"156.5\" height=\"18\" class=\"kept\"/>", svg, StringComparison.Ordinal);
        Assert.Contains("height=\"60\" class=\"kept\"", svg, StringComparison.Ordinal);
        Assert.Contains("<title>layer 1: removed</title>", svg, StringComparison.Ordinal);
        Assert.Equal("Kept: 1 of 2 layers, hidden 25 of 100, ffn 40 of 80, query-heads 2 of 4, kv-groups 1 of 2.", CutChart.Describe(cut));
    }

    [Theory]
    [InlineData(0, "0"), InlineData(9, "9"), InlineData(0.25, "0.25"), InlineData(-0.5, "-0.5"), InlineData(9_000, "9000"), InlineData(20_000, "20k"), InlineData(1_500_000, "1.5M"), InlineData(2e9, "2B")]
    public void Ticks_AreLabelledShortly(double value, string text) => Assert.Equal(text, Ticks.Text(value));
}
