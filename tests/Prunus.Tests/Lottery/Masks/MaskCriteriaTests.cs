using Prunus.Lottery;
using Prunus.Lottery.Masks;

namespace Prunus.Tests.Lottery.Masks;

public sealed class MaskCriteriaTests
{
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

    [Fact]
    public void A_rule_for_a_layer_takes_no_ranking_over_layers()
    {
        TicketTensor[] tensors = [new("a", [2], TicketTensorKind.Linear, IsPrunable: true)];
        Assert.Throws<PrunusInputException>(() => MaskCriteria.Named("large-init-large-final").Round(
            tensors, MaskSet.Full(tensors), _ => new([1, 2], [1, 2]), new() { Scope = MaskScope.Global }));
    }
}
