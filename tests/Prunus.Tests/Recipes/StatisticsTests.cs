using Prunus.Recipes;
using Prunus.Runs;

namespace Prunus.Tests.Recipes;

public sealed class StatisticsTests
{
    [Fact]
    public void Interval_IsStudents()
    {
        // 1..5: mean 3, deviation sqrt(2.5), error sqrt(0.5); t(4) = 2.7764.
        var (mean, low, high) = StudentInterval.Of([1, 2, 3, 4, 5]);
        Assert.Equal(3, mean, 12);
        Assert.Equal(3 - (2.7764 * Math.Sqrt(0.5)), low, 12);
        Assert.Equal(3 + (2.7764 * Math.Sqrt(0.5)), high, 12);
        Assert.True(double.IsNaN(StudentInterval.Of([1, double.NaN]).Mean));
        Assert.Equal(double.PositiveInfinity, StudentInterval.Of([1]).High);
    }

    [Fact]
    public void Ranks_OfTiesAreShared()
    {
        // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / sqrt(4.5 · 5).
        Assert.Equal(4.5 / Math.Sqrt(22.5), RankCorrelation.Spearman([1, 2, 2, 3], [1, 2, 3, 4]), 12);
        Assert.Equal(-1, RankCorrelation.Spearman([1, 2, 3], [9, 5, 1]), 12);
    }

    [Fact]
    public void TokensToALoss_LieBetweenTwoPoints()
    {
        var cell = new CellResult(new Dictionary<string, double>(), [(0, 5), (10, 4), (20, 3.5)], 100);
        Assert.Equal(1500, cell.TokensTo(3.75));
        Assert.Equal(0, cell.TokensTo(5));
        Assert.Null(cell.TokensTo(3));
    }

    [Fact]
    public void Claims_ArePairedBySeed_AndNeverReachedIsALowerBound()
    {
        // left - right: -0.5 with every seed, whatever the seed adds; scratch never reaches the left's loss.
        MetricReference left = new("a", "loss"), right = new("b", "loss");
        var size = new RecipeSize([1, 2, 3, 4, 5], [], [], [], [], 0, new CalibrationSize(1, 1), 8, 1, [], left, [],
        [
            new RecipeClaim("lower", "lower", true, new ClaimQuantity.Difference([left], [right]), ClaimSide.Below, 0),
            new RecipeClaim("sooner", "sooner", false, new ClaimQuantity.Ratio(new("b", "reach"), new("a", "reach")), ClaimSide.Above, 0.9),
            new RecipeClaim("order", "order", false, new ClaimQuantity.Order([[right], [left]]), ClaimSide.Above, 0),
            new RecipeClaim("equal", "equal", false, new ClaimQuantity.Difference([left], [right]), ClaimSide.Within, 0.6),
        ], []);
        var cells = size.Seeds.SelectMany(s => ((string, double)[])[("a", 3), ("b", 3.5)], (seed, v) => (Name: v.Item1, Seed: seed, Loss: v.Item2 + seed))
            .ToDictionary(c => (c.Name, c.Seed), c => new CellResult(new Dictionary<string, double> { ["loss"] = c.Loss }, [(0, 99), (10, c.Loss)], 8));
        var claims = ClaimJudge.Judge(new RecipeResults(size, cells));
        Assert.Equal([Verdict.Pass, Verdict.Pass, Verdict.Fail, Verdict.Pass], claims.Select(c => c.Verdict));
        Assert.Equal(-0.5, claims[0].Estimate, 12);
        Assert.True(claims[0].Must);
        Assert.Contains("lower bound", claims[1].Text, StringComparison.Ordinal);
        Assert.All(ClaimJudge.Judge(new RecipeResults(size with { Seeds = [1, 2] }, cells)), c => Assert.Equal(Verdict.NotJudged, c.Verdict));
    }

    // A ticket is 0.01 above the dense net with every seed but one; whiskers reach the least of the replicates.
    [Fact]
    public void Differences_to_the_dense_net_have_a_side_and_whiskers_are_of_any_training()
    {
        MetricReference above = new("t", "early_accuracy_beside_dense"), sooner = new("t", "sooner"), plain = new("t", "early_accuracy");
        var size = new RecipeSize([1, 2, 3, 4, 5], [], [], [], [], 0, new CalibrationSize(1, 1), 8, 1, [], null, [], [], []);
        Assert.Equal((Side.Above, Side.Below, (Side?)null), Sides(0.01));
        Assert.Equal(Side.Inconclusive, Sides(-0.03).Item1);
        Assert.Equal(Side.Inconclusive, Sides(double.NaN).Item1);
        Assert.Equal(Side.NotJudged, new RecipeResults(size with { Seeds = [1, 2] }, Cells(0.01)).SideOf(above));
        Assert.Equal((0.4, 0.9), new RecipeResults(size, Cells(0.01)).Range(plain));
        Assert.True(double.IsNaN(new RecipeResults(size, Cells(0.01)).Range(new("t", "barrier")).Least));

        (Side?, Side?, Side?) Sides(double last) => new RecipeResults(size, Cells(last)) is var r ? (r.SideOf(above), r.SideOf(sooner), r.SideOf(plain)) : default;

        Dictionary<(string, long), CellResult> Cells(double last) => size.Seeds.ToDictionary(s => ("t", s), s => CellResult.FromJson(new CellResult(
            new Dictionary<string, double> { [plain.Metric] = 0.8, [sooner.Metric] = 0.5 + (s / 1000.0) }.Concat(s == 5 && double.IsNaN(last) ? [] : [KeyValuePair.Create(above.Metric, s == 5 ? last : 0.01 + (s / 10_000.0))])
                .ToDictionary(), [], 1)
        {
            Least = s == 3 ? new Dictionary<string, double> { [plain.Metric] = 0.4 } : [], Most = s == 3 ? new Dictionary<string, double> { [plain.Metric] = 0.9 } : [],
        }.ToJson(), "cell"));
    }

    [Theory]
    [InlineData(true, false, 2 - 3.0)]
    [InlineData(false, false, 2 - 1.5)]
    [InlineData(true, true, 2 / 3.0)]
    public void AgainstAll_TakesTheHardestWithEachSeed(bool largest, bool quotient, double expected)
    {
        var claim = new ClaimQuantity.AgainstAll(new("a", "loss"), [new("b", "loss"), new("c", "loss")], largest, quotient);
        var size = new RecipeSize([1], [], [], [], [], 0, new CalibrationSize(1, 1), 8, 1, [], null, [], [], []);
        var cells = new Dictionary<string, double> { ["a"] = 2, ["b"] = 3, ["c"] = 1.5 }
            .ToDictionary(v => (v.Key, 1L), v => new CellResult(new Dictionary<string, double> { ["loss"] = v.Value }, [], 8));
        Assert.Equal(expected, new RecipeResults(size, cells).Quantity(claim, 1), 12);
        cells[("c", 1)] = new CellResult(new Dictionary<string, double>(), [], 8);
        Assert.True(double.IsNaN(new RecipeResults(size, cells).Quantity(claim, 1)));
    }

    [Theory]
    [InlineData(0, -0.5)] // The best by the ranking is a: 1.0 against the median 1.5 of 1, 1.5, 4.
    [InlineData(5, 2.5)] // The ranking takes c, which is worst on the other text.
    public void Winner_IsHeldAgainstTheMedianCandidate(double handicap, double expected)
    {
        string[] names = ["a", "b", "c"];
        var winner = new ClaimQuantity.Winner([.. names.Select(n => new MetricReference(n, "loss"))], [.. names.Select(n => new MetricReference(n, "loss_other"))]);
        var size = new RecipeSize([1], [], [], [], [], 0, new CalibrationSize(1, 1), 8, 1, [], null, [], [], []);
        double[] ranking = [1 + handicap, 3 + handicap, 2], other = [1, 1.5, 4];
        var cells = names.Select((n, i) => (n, i)).ToDictionary(
            c => (c.n, 1L), c => new CellResult(new Dictionary<string, double> { ["loss"] = ranking[c.i], ["loss_other"] = other[c.i] }, [], 8));
        Assert.Equal(expected, new RecipeResults(size, cells).Quantity(winner, 1), 12);
        cells[("b", 1)] = new CellResult(new Dictionary<string, double> { ["loss"] = double.NaN, ["loss_other"] = 1 }, [], 8);
        Assert.True(double.IsNaN(new RecipeResults(size, cells).Quantity(winner, 1)));
    }
}
