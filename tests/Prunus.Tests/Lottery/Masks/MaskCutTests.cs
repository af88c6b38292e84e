using Prunus.Lottery;
using Prunus.Lottery.Masks;

namespace Prunus.Tests.Lottery.Masks;

public sealed class MaskCutTests
{
    private static readonly TicketTensor[] Net =
    [
        new("conv", [2, 1, 1, 2], TicketTensorKind.Convolution, IsPrunable: true), new("bias", [2], TicketTensorKind.Other, IsPrunable: false),
        new("fc", [2, 5], TicketTensorKind.Linear, IsPrunable: true), new("out", [1, 2], TicketTensorKind.Linear, IsPrunable: true, IsOutput: true),
    ];

    private static readonly Dictionary<string, double[]> Scores = new()
    {
        ["conv"] = [1, 0, 1, 1], ["fc"] = [3, 3, 3, 2, 9, 9, 9, 9, 9, 9], ["out"] = [1, 5],
    };

    // Of 4 a half: the 0, then the first 1. Of 10 a third rounded down: the 2, then the first two 3. Of 2 a half: the 1.
    [Fact]
    public void Each_kind_at_its_rate_ties_by_index() =>
        Assert.Equal("0011 0010111111 01", Text(MaskCut.Round(Net, MaskSet.Full(Net), Scores, new() { Rates = new(0.5, 0.35, 0.5) }).Masks));

    // Of 16 a quarter is 4: the 0 and the four 1 in the order of the pass but the last, which is the output's.
    [Fact]
    public void One_ranking_takes_ties_in_the_order_of_the_pass()
    {
        var cut = MaskCut.Round(Net, MaskSet.Full(Net), Scores, new() { Rates = new(0.25), Scope = MaskScope.Global });
        Assert.Equal("0000 1111111111 11", Text(cut.Masks));
        Assert.Equal(["conv"], cut.Emptied);
        Assert.Equal(0, cut.HeldBack);
    }

    // The highest of each stays: of conv the last 1. Four go all the same: three of conv and the output's 1.
    [Fact]
    public void Minimum_keep_sends_others_where_layers_are_ranked_together()
    {
        var cut = MaskCut.Round(Net, MaskSet.Full(Net), Scores, new() { Rates = new(0.25), Scope = MaskScope.Global, MinimumKeep = 1 });
        Assert.Equal("0001 1111111111 01", Text(cut.Masks));
        Assert.Equal((0, 0), (cut.Emptied.Count, cut.HeldBack));
    }

    [Fact]
    public void Minimum_keep_layer_by_layer_holds_back()
    {
        var cut = MaskCut.Round(Net, MaskSet.Full(Net), Scores, new() { Rates = new(0.75, 0, 0.5), MinimumKeep = 2 });
        Assert.Equal("0011 1111111111 11", Text(cut.Masks));
        Assert.Equal(2, cut.HeldBack);
    }

    // floor(5 · 7 / 100 ...): percent, not a product that rounding errors inflate or deflate.
    [Theory]
    [InlineData(100, 0.07, 7), InlineData(10, 0.3, 3), InlineData(3, 0.3, 0), InlineData(1000, 0.29, 290), InlineData(0, 0.5, 0)]
    public void Counts_are_floors_of_percents(long alive, double share, long expected) => Assert.Equal(expected, MaskRates.CountOf(alive, share));

    [Fact]
    public void Pruned_weights_stay_pruned_and_their_scores_are_not_read()
    {
        var masks = new MaskSet([("fc", Mask.Where([2, 2], i => i != 0))]);
        TicketTensor[] net = [new("fc", [2, 2], TicketTensorKind.Linear, IsPrunable: true)];
        Assert.Equal("0011", Text(MaskCut.Round(net, masks, new Dictionary<string, float[]> { ["fc"] = [float.NaN, 1, 2, 3] }, new() { Rates = new(0.34) }).Masks));
    }

    [Fact]
    public void A_score_that_is_not_a_number_is_named() => Assert.Equal(
        "scores of fc: element 3 is NaN; look for a training that diverged",
        Assert.Throws<PrunusInputException>(() => MaskCut.Round(Net, MaskSet.Full(Net), new Dictionary<string, double[]>(Scores) { ["fc"] = [1, 1, 1, double.NaN, 1, 1, 1, 1, 1, 1] },
            new() { Rates = new(0.5) })).Message);

    [Fact]
    public void One_ranking_needs_one_rate() => Assert.Contains("give all kinds one rate, or 0",
        Assert.Throws<PrunusInputException>(() => MaskCut.Round(Net, MaskSet.Full(Net), Scores, new() { Rates = new(0.1, 0.2, 0), Scope = MaskScope.Global })).Message, StringComparison.Ordinal);

    [Fact]
    public void Faults_of_options_are_all_listed() => Assert.Contains("correct these 3 values",
        Assert.Throws<PrunusInputException>(new MaskCutOptions { Rates = new(1, double.NaN, 0), MinimumKeep = -1 }.Validate).Message, StringComparison.Ordinal);

    [Fact]
    public void Too_few_survivors_for_a_count() => Assert.Equal("mask of out: has 2 weights, 3 cannot be kept; ask for fewer",
        Assert.Throws<PrunusInputException>(() => MaskCut.ToCounts(MaskSet.Full(Net), Scores, new Dictionary<string, int> { ["out"] = 3 })).Message);

    // Selection against a stable sort, over sizes, ties and orders.
    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(50)]
    public void Lowest_are_those_of_a_stable_sort(int levels)
    {
        var generator = new Prunus.Randomness.Philox4x32(5);
        for (var size = 1; size < 400; size += 7)
        {
            double[] scores = [.. Enumerable.Range(0, size).Select(i => (double)generator.Below((ulong)(i + (size * 1000)), levels))];
            var count = generator.Below((ulong)size, size + 1);
            var gone = Enumerable.Range(0, size).OrderBy(i => scores[i]).Take(count).ToHashSet();
            Assert.Equal(Mask.Where([size], i => !gone.Contains(i)), MaskCut.Lowest(Mask.Full([size]), scores, count));
        }
    }

    private static string Text(MaskSet masks) => string.Join(' ', masks.Names.Select(n => string.Concat(Enumerable.Range(0, masks[n].Count).Select(i => masks[n][i] ? '1' : '0'))));
}
