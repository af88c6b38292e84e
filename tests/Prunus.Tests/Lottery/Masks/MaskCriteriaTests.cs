using Prunus.Lottery;
using Prunus.Lottery.Masks;

namespace Prunus.Tests.Lottery.Masks;

public sealed class MaskCriteriaTests
{
    private static readonly string[] Cases = ["ties", "noties"], Starts = ["dense", "previous"];
    private static readonly int[] Percents = [20, 50, 90];

    public static TheoryData<string> Ids => new(MaskCriteria.All.Select(c => c.Id).Append("large-final-interpolated:1.5"));

    [Theory, MemberData(nameof(Ids))]
    public void Masks_are_those_of_the_reference(string id)
    {
        using var golden = new MaskGoldens("criteria");
        var criterion = MaskCriteria.Named(id);
        var name = id.Replace(':', '_').Replace('-', '_').Replace('.', '_');
        var held = 0;
        foreach (var (@case, layer) in Cases.SelectMany(c => MaskGoldens.Layers.Select(l => (c, l))))
        {
            var values = Values(golden, @case, layer);
            foreach (var (start, percent) in Starts.SelectMany(s => Percents.Select(p => (s, p))))
            {
                var previous = golden.Mask($"{@case}.previous_mask.{layer}");
                var mask = start == "dense" ? Mask.Full(previous.Shape) : previous;
                var single = $"{@case}.{name}.{layer}";
                var expected = golden.Names.Contains(single) ? golden.Mask(single).And(mask) : golden.Mask($"{@case}.{start}.{percent}.{name}.{layer}");
                Assert.Equal(expected, criterion.Cut(mask, values, percent / 100.0));
                held++;
            }
        }

        Assert.Equal(36, held);
    }

    [Fact]
    public void Bisection_and_ranks_end_where_the_reference_does()
    {
        using var golden = new MaskGoldens("criteria");
        foreach (var row in MaskGoldens.Json("criteria").EnumerateObject())
        {
            var parts = row.Name.Split('.');
            var previous = golden.Mask($"{parts[0]}.previous_mask.{parts[4]}");
            var mask = parts[1] == "dense" ? Mask.Full(previous.Shape) : previous;
            var (share, sign) = (int.Parse(parts[2]) / 100.0, parts[3].StartsWith("large", StringComparison.Ordinal) ? 1 : -1);
            var bisected = BothLarge.Bisected(mask, Values(golden, parts[0], parts[4]), share, sign);
            Assert.Equal(row.Value.GetProperty("q").GetDouble(), bisected.Level, 1e-12);
            Assert.Equal((row.Value.GetProperty("wanted").GetInt32(), row.Value.GetProperty("kept").GetInt32()), (bisected.Wanted, bisected.Mask.Kept));
            var ranked = BothLarge.Ranked(mask, Values(golden, parts[0], parts[4]), share, sign);
            Assert.Equal((row.Value.GetProperty("rank_r").GetInt32(), row.Value.GetProperty("rank_kept").GetInt32()), ((int)ranked.Level, ranked.Mask.Kept));
        }
    }

    // Weights 1 → -3, 2 → 2, -1 → -4, 0 → 1: half of four goes.
    [Theory]
    [InlineData("large-final", "1010"), InlineData("small-final", "0101"), InlineData("magnitude-increase", "1010"), InlineData("movement", "1010")]
    [InlineData("large-final-same-sign", "0110"), InlineData("large-final-diff-sign", "1001"), InlineData("large-final-same-sign-single", "0110")]
    [InlineData("large-init", "0110"), InlineData("large-final-interpolated:0.5", "0110")]
    public void By_hand(string id, string expected)
    {
        var mask = MaskCriteria.Named(id).Cut(Mask.Full([4]), new([1, 2, -1, 0], [-3, 2, -4, 1]), 0.5);
        Assert.Equal(expected, string.Concat(Enumerable.Range(0, 4).Select(i => mask[i] ? '1' : '0')));
    }

    [Fact]
    public void Ids_are_unique_and_unknown_ones_are_refused()
    {
        Assert.Equal(MaskCriteria.All.Count, MaskCriteria.All.Select(c => c.Id).Distinct().Count());
        Assert.Contains("use one of large-final, ", Assert.Throws<PrunusInputException>(() => MaskCriteria.Named("largest")).Message, StringComparison.Ordinal);
        Assert.Contains("'x' is no number", Assert.Throws<PrunusInputException>(() => MaskCriteria.Named("large-final-interpolated:x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_for_a_layer_has_no_scores_and_diverged_weights_are_found()
    {
        var values = new CriterionValues([1, 1], [-1, float.NaN]);
        Assert.Throws<PrunusInputException>(() => MaskCriteria.Named("large-init-large-final").Scores(values));
        Assert.Throws<PrunusInputException>(() => MaskCriteria.Named("large-final-same-sign").Cut(Mask.Full([2]), values, 0.5));
    }

    [Theory, InlineData("large-final"), InlineData("large-init-large-final-rank")]
    public void A_round_over_a_net_is_that_of_its_layers(string id)
    {
        using var golden = new MaskGoldens("criteria");
        var (tensors, criterion) = (golden.Tensors("noties.initial."), MaskCriteria.Named(id));
        var cut = criterion.Round(tensors, MaskSet.Full(tensors), l => Values(golden, "noties", l), new() { Rates = new(0.5) });
        Assert.All(MaskGoldens.Layers, l => Assert.Equal(golden.Mask($"noties.dense.50.{id.Replace('-', '_')}.{l}"), cut.Masks[l]));
    }

    [Fact]
    public void A_rule_for_a_layer_takes_no_ranking_over_layers()
    {
        TicketTensor[] tensors = [new("a", [2], TicketTensorKind.Linear, IsPrunable: true)];
        Assert.Throws<PrunusInputException>(() => MaskCriteria.Named("large-init-large-final").Round(
            tensors, MaskSet.Full(tensors), _ => new([1, 2], [1, 2]), new() { Scope = MaskScope.Global }));
    }

    private static CriterionValues Values(MaskGoldens golden, string @case, string layer) => new(
        golden.Floats($"{@case}.initial.{layer}"), golden.Floats($"{@case}.final.{layer}"), golden.Floats($"{@case}.gradient.{layer}"), golden.Floats($"{@case}.uniform.{layer}"));
}
