using Prunus.Decoders;
using Prunus.Pruning;

namespace Prunus.Tests.Pruning;

public class SelectionTests
{
    private static readonly DecoderConfig Donor = new()
    {
        Family = "llama", VocabSize = 10, Hidden = 4, HeadDim = 2, MaxPositions = 16,
        Layers = [.. Enumerable.Repeat(new LayerConfig(4, 2, 3), 3)],
    };

    private static readonly Scores Hand = new(new Dictionary<string, double[]>
    {
        ["bi"] = [0.5, 0.1, 0.3],
        ["hidden.in.l2_mean"] = [1, 4, 4, 4],
        ["L0.ffn.act.l2_mean"] = [3, 1, 2], ["L1.ffn.act.l2_mean"] = [1, 2, 3], ["L2.ffn.act.l2_mean"] = [2, 2, 2],
        ["L0.head.modelopt.l2_mean"] = [9, 8, 1, 2], ["L1.head.modelopt.l2_mean"] = [1, 2, 2, 1], ["L2.head.modelopt.l2_mean"] = [5, 5, 6, 7],
        ["L0.group.modelopt_norm.l2_mean"] = [2, 1], ["L1.group.modelopt_norm.l2_mean"] = [2, 1], ["L2.group.modelopt_norm.l2_mean"] = [1, 2],
    });

    [Fact]
    public void The_highest_stay_heads_within_their_groups_and_lower_indices_win_ties()
    {
        var shape = new DecoderShape(2, [2, 2, 2], [2, 2, 2], [2, 2, 2], 3);
        var plan = Selection.Plan(Donor, shape, Hand.For("f1"));
        Assert.Equal([1, 2], plan.Hidden);
        Assert.Equal<IEnumerable<int>>([[0, 2], [1, 2], [0, 1]], plan.Ffn!);
        Assert.Equal<IEnumerable<int>>([[0, 3], [1, 2], [0, 3]], plan.QueryHeads!);
        Assert.Null(plan.KvGroups);
        Assert.Null(plan.Layers);
        Assert.Equal("f1", plan.Donor!.Fingerprint);
        Assert.Equal(shape.Apply(Donor, [0, 1, 2]).Layers, plan.Resulting(Donor).Layers);
    }

    [Fact]
    public void Layers_of_least_influence_go_and_groups_take_their_heads()
    {
        var plan = Selection.Plan(Donor, new DecoderShape(4, [3, 3, 3], [2, 2, 2], [1, 1, 1], 2), Hand);
        Assert.Equal([0, 2], plan.Layers);
        Assert.Equal<IEnumerable<int>>([[0], [], [1]], plan.KvGroups!);
        Assert.Null(plan.QueryHeads);
        Assert.Equal([2, 3], plan.Resolve(Donor).QueryHeads[2]);
        Assert.Equal([0], LayerRankings.Named("bi").Kept(Hand, "bi", 3, 1));
    }

    [Fact]
    public void Scores_of_another_donor_or_none_are_refused()
    {
        var shape = new DecoderShape(2, [3, 3, 3], [4, 4, 4], [2, 2, 2], 3);
        Assert.Throws<PrunusInputException>(() => Selection.Plan(Donor with { Hidden = 5 }, shape, Hand));
        Assert.Throws<PrunusInputException>(() => Selection.Plan(Donor, shape, Hand, new SelectionOptions { Suffix = "mean_mean" }));
        Assert.Throws<PrunusRunException>(() => new Scores(new Dictionary<string, double[]> { ["bi"] = [double.NaN] }));
    }
}
