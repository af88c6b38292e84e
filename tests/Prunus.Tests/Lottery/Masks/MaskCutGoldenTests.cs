using Prunus.Lottery;
using Prunus.Lottery.Masks;

namespace Prunus.Tests.Lottery.Masks;

public sealed class MaskCutGoldenTests
{
    private static readonly Dictionary<string, MaskCutOptions> Rules = new()
    {
        ["layerwise"] = new(),
        ["global"] = new() { Scope = MaskScope.Global },
        ["global_hidden"] = new() { Scope = MaskScope.GlobalHidden },
        ["open_lth"] = new() { Scope = MaskScope.Global, Rule = MaskRule.OpenLth },
    };

    public static TheoryData<string> Cases => new(LotteryGolden.Cases("masks", "iterative", g => g.Json.Names));

    [Theory, MemberData(nameof(Cases))]
    public void Rounds_are_those_of_the_reference(string @case)
    {
        using var golden = new LotteryGolden("masks", "iterative");
        var (tensors, rows) = (GoldenNets.Tensors(golden, $"{@case}.round1.trained."), golden.Json[@case].Items);
        foreach (var rule in rows[0]["kept"].Names)
        {
            var options = Rules[rule] with { Rates = Rates(tensors, rows, rule) };
            var masks = MaskSet.Full(tensors);
            foreach (var row in rows)
            {
                var (round, before) = (row["round"].Integer, masks);
                var magnitudes = Magnitudes(golden, tensors, $"{@case}.round{round}.trained.");
                masks = MaskCut.Round(tensors, masks, magnitudes, options).Masks;
                Assert.All(masks.Names, l => Assert.Equal(golden.Mask($"{@case}.round{round}.{rule}.{l}"), masks[l]));
                Assert.All(masks.Names, l => Assert.Equal(row["kept"][rule][l].Integer, masks[l].Kept));
                Assert.Equal(row["pm"][rule].Number, masks.Density * 100, 1e-12);
                if (options.Rule == MaskRule.OpenLth)
                {
                    // What exceeds it stays; it and its equals go.
                    var gone = masks.Names.SelectMany(l => before[l].KeptIndices().ToArray().Where(i => !masks[l][i]).Select(i => magnitudes[l][i]));
                    Assert.Equal(row["open_lth_threshold"].Number, gone.Max());
                    Assert.All(masks.Names, l => Assert.DoesNotContain(masks[l].KeptIndices().ToArray(), i => magnitudes[l][i] <= row["open_lth_threshold"].Number));
                }
            }
        }

        golden.Names.Where(n => n.StartsWith($"{@case}.oneshot.", StringComparison.Ordinal)).ToList().ForEach(n => golden.Mask(n));
        golden.AssertAllRead(@case);
        golden.AssertParts(golden.Json.Names);
    }

    [Theory, MemberData(nameof(Cases))]
    public void One_shot_reaches_the_same_counts_at_once(string @case)
    {
        using var golden = new LotteryGolden("masks", "iterative");
        var (tensors, last) = (GoldenNets.Tensors(golden, $"{@case}.round1.trained."), golden.Json[@case].Items.Max(r => r["round"].Integer));
        var counts = tensors.ToDictionary(t => t.Name, t => golden.Mask($"{@case}.round{last}.layerwise.{t.Name}").Kept);
        var cut = MaskCut.ToCounts(MaskSet.Full(tensors), Magnitudes(golden, tensors, $"{@case}.round{last}.trained."), counts);
        Assert.All(cut.Masks.Names, l => Assert.Equal(golden.Mask($"{@case}.oneshot.{l}"), cut.Masks[l]));
        Assert.Empty(cut.Emptied);
    }

    // Layers have their own rates by kind; rankings over layers, and open_lth, whose counts hang on ties, have that of the global one.
    private static MaskRates Rates(IReadOnlyList<TicketTensor> tensors, IReadOnlyList<GoldenJson> rows, string rule)
    {
        if (rule != "layerwise")
        {
            return new MaskRates(WholePercent.Of([[.. rows.Select(r => tensors.Sum(t => (long)r["kept"]["global"][t.Name].Integer)).Prepend(tensors.Sum(t => t.ElementCount))]]));
        }

        return new MaskRates(
            Share(t => t is { IsOutput: false, Kind: TicketTensorKind.Convolution }), Share(t => t is { IsOutput: false, Kind: TicketTensorKind.Linear }), Share(t => t.IsOutput));

        double Share(Func<TicketTensor, bool> of) => WholePercent.Of(
            tensors.Where(of).Select(t => (IReadOnlyList<long>)[.. rows.Select(r => (long)r["kept"][rule][t.Name].Integer).Prepend(t.ElementCount)]));
    }

    private static Dictionary<string, float[]> Magnitudes(LotteryGolden golden, IReadOnlyList<TicketTensor> tensors, string prefix) =>
        tensors.ToDictionary(t => t.Name, t => Array.ConvertAll(golden.Floats(prefix + t.Name), Math.Abs));
}
