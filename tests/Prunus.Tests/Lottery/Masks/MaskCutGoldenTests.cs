using Prunus.Lottery.Masks;

namespace Prunus.Tests.Lottery.Masks;

public sealed class MaskCutGoldenTests
{
    private static readonly Dictionary<string, MaskCutOptions> Rules = new()
    {
        ["layerwise"] = new() { Rates = new(0.2, 0.2, 0.1) },
        ["global"] = new() { Scope = MaskScope.Global },
        ["global_hidden"] = new() { Scope = MaskScope.GlobalHidden },
        ["open_lth"] = new() { Scope = MaskScope.Global, Rule = MaskRule.OpenLth },
    };

    [Theory]
    [InlineData("ties", "layerwise"), InlineData("ties", "global"), InlineData("ties", "global_hidden"), InlineData("ties", "open_lth")]
    [InlineData("noties", "layerwise"), InlineData("noties", "global"), InlineData("noties", "global_hidden"), InlineData("noties", "open_lth")]
    public void Rounds_are_those_of_the_reference(string @case, string rule)
    {
        using var golden = new MaskGoldens("iterative");
        var tensors = golden.Tensors($"{@case}.round1.trained.");
        var rows = MaskGoldens.Json("iterative").GetProperty(@case).EnumerateArray().ToList();
        var masks = MaskSet.Full(tensors);
        for (var round = 1; round <= 6; round++)
        {
            masks = MaskCut.Round(tensors, masks, Magnitudes(golden, @case, round), Rules[rule]).Masks;
            Assert.All(MaskGoldens.Layers, l => Assert.Equal(golden.Mask($"{@case}.round{round}.{rule}.{l}"), masks[l]));
            Assert.All(MaskGoldens.Layers, l => Assert.Equal(rows[round - 1].GetProperty("kept").GetProperty(rule).GetProperty(l).GetInt32(), masks[l].Kept));
            Assert.Equal(rows[round - 1].GetProperty("pm").GetProperty(rule).GetDouble(), masks.Density * 100, 1e-12);
        }
    }

    [Theory, InlineData("ties"), InlineData("noties")]
    public void One_shot_reaches_the_same_counts_at_once(string @case)
    {
        using var golden = new MaskGoldens("iterative");
        var tensors = golden.Tensors($"{@case}.round1.trained.");
        var counts = MaskGoldens.Layers.ToDictionary(l => l, l => golden.Mask($"{@case}.round6.layerwise.{l}").Kept);
        var cut = MaskCut.ToCounts(MaskSet.Full(tensors), Magnitudes(golden, @case, 6), counts);
        Assert.All(MaskGoldens.Layers, l => Assert.Equal(golden.Mask($"{@case}.oneshot.{l}"), cut.Masks[l]));
        Assert.Empty(cut.Emptied);
    }

    private static Dictionary<string, float[]> Magnitudes(MaskGoldens golden, string @case, int round) =>
        MaskGoldens.Layers.ToDictionary(l => l, l => Array.ConvertAll(golden.Floats($"{@case}.round{round}.trained.{l}"), Math.Abs));
}
