using Prunus.Decoders;
using Prunus.Pruning;

namespace Prunus.Tests.Pruning;

public class LayerRankingTests
{
    private static readonly Scores Hand = new(new Dictionary<string, double[]>
    {
        ["bi"] = [0.9, 0.2, 0.3, 0.1, 0.8],
        ["ppl"] = [9, 3, 4, 5, 6],
        ["ppl.greedy"] = [5, 1, 5, 5, 2],
        ["bi.span.2"] = [0.5, 0.2, 0.1, 0.4],
        ["ppl.span.2"] = [9, 7, 8, 3],
        ["angular.span.2"] = [0.3, 0.1, 0.2, 0.1],
    });

    [Theory]
    [InlineData("bi", new[] { 0, 2, 4 })]
    [InlineData("ppl", new[] { 0, 3, 4 })]
    [InlineData("greedy-ppl", new[] { 0, 2, 3 })]
    [InlineData("contiguous-bi", new[] { 0, 1, 4 })]
    [InlineData("contiguous-ppl", new[] { 0, 1, 2 })]
    [InlineData("contiguous-angular", new[] { 0, 1, 2 })]
    public void Three_of_five_layers_by_hand(string id, int[] kept) => Assert.Equal(kept, LayerRankings.Named(id).Kept(Hand, "bi", 5, 3));

    [Fact]
    public void What_was_not_measured_is_named()
    {
        Assert.Contains("greedy:3", Assert.Throws<PrunusInputException>(() => LayerRankings.Named("greedy-ppl").Kept(Hand, "bi", 5, 2)).Message, StringComparison.Ordinal);
        Assert.Contains("ppl.span.1", Assert.Throws<PrunusInputException>(() => LayerRankings.Named("contiguous-ppl").Kept(Hand, "bi", 5, 4)).Message, StringComparison.Ordinal);
        Assert.Throws<PrunusInputException>(() => LayerRankings.Named("luck"));
    }

    [Theory]
    [InlineData("ppl")]
    [InlineData("greedy-ppl")]
    [InlineData("contiguous-bi")]
    [InlineData("contiguous-ppl")]
    [InlineData("contiguous-angular")]
    public void The_pruner_measures_what_a_ranking_needs_and_scores_on_disk_give_the_same_plan(string id)
    {
        using var donor = ImportanceSweepTests.Load("llama");
        var options = new PruneOptions { Target = new PlanTarget { Layers = 2, Hidden = 48 }, LayersBy = id };
        var result = Pruner.Prune(donor, ImportanceSweepTests.Calibration("llama"), options, 0, null, TestContext.Current.CancellationToken);
        Assert.Equal(LayerRankings.Named(id).Kept(result.Scores, "bi", 3, 2), result.Plan.Layers);
        Assert.Equal(result.Plan.ToJson(), Pruner.FromScores(donor.Config, result.Scores, options).Plan.ToJson());
        Assert.Equal(2, result.Proposal.Result.LayerCount);
    }

    [Fact]
    public void Rankings_work_beside_controls_and_donors_of_unequal_layers()
    {
        using var donor = ImportanceSweepTests.Load("llama");
        var calibration = ImportanceSweepTests.Calibration("llama");
        var random = Pruner.Prune(donor, calibration, new PruneOptions { Target = new PlanTarget { Layers = 2 }, Importance = "random", LayersBy = "ppl" }, 1, null, TestContext.Current.CancellationToken);
        Assert.Equal([0, 2], random.Plan.Layers);
        using var uneven = Surgery.Prune(donor, new PruningPlan { Ffn = [[.. Enumerable.Range(0, 112)], [.. Enumerable.Range(0, 80)], [.. Enumerable.Range(0, 112)]] });
        var options = new PruneOptions { Target = new PlanTarget { Keep = 0.5, Axes = [Axis.Layers, Axis.Ffn], AllowUnloadable = true }, LayersBy = "contiguous-ppl" };
        var result = Pruner.Prune(uneven, calibration, options, 0, null, TestContext.Current.CancellationToken);
        Assert.InRange(result.Proposal.Keep, 0.47, 0.53);
        Assert.Equal(result.Proposal.Result.Layers, result.Plan.Resulting(uneven.Config).Layers);
    }
}
