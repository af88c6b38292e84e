using System.Text.Json.Nodes;
using Prunus.Runs;

namespace Prunus.Tests.Runs;

public sealed class RankCorrelationTests
{
    [Fact]
    public void Kendall_ByHand()
    {
        // Pairs of x: 5 untied of 6, of y: 5 untied of 6; 4 concordant, none discordant.
        Assert.Equal(4 / 5.0, RankCorrelation.Kendall([1, 2, 2, 3], [1, 1, 2, 3]), 12);
        Assert.True(double.IsNaN(RankCorrelation.Kendall([1, 1, 1], [1, 2, 3])));
        Assert.True(double.IsNaN(RankCorrelation.Kendall([1, double.NaN], [1, 2])));
    }

    [Fact]
    public void GoldensAgree()
    {
        foreach (var line in File.ReadLines(SharedFiles.Path("goldens", "metrics", "rank_correlation.jsonl")))
        {
            var golden = JsonNode.Parse(line)!;
            double[] x = [.. golden["x"]!.AsArray().Select(v => v!.GetValue<double>())], y = [.. golden["y"]!.AsArray().Select(v => v!.GetValue<double>())];
            Equal(golden["tau_b"], RankCorrelation.Kendall(x, y));
            Equal(golden["spearman"], RankCorrelation.Spearman(x, y));
            Assert.Equal(golden["ranks_x"]!.AsArray().Select(v => v!.GetValue<double>()), RankCorrelation.Ranks(x));
        }

        static void Equal(JsonNode? expected, double actual)
        {
            if (expected is null)
            {
                Assert.True(double.IsNaN(actual));
            }
            else
            {
                Assert.Equal(expected.GetValue<double>(), actual, 12);
            }
        }
    }
}
