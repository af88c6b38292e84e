using System.Globalization;
using System.Text.RegularExpressions;
using Prunus.Lottery.Masks;

namespace Prunus.Tests.Lottery.Masks;

/// <summary>Every mask of goldens/lottery/masks/criteria, by its name: <c>CASE.START.PERCENT.CRITERION.LAYER</c>, or <c>CASE.CRITERION.LAYER</c> where no count is asked for.</summary>
public sealed partial class MaskCriteriaGoldenTests
{
    private const string Interpolated = "large_final_interpolated_";
    private static readonly string[] Values = ["initial", "final", "gradient", "uniform"];

    public static TheoryData<string> Criteria => new(LotteryGolden.Cases("masks", "criteria", g => Entries(g).Select(e => e.Criterion)));

    [Theory, MemberData(nameof(Criteria))]
    public void Masks_are_those_of_the_reference(string name)
    {
        using var golden = new LotteryGolden("masks", "criteria");
        var (criterion, all) = (MaskCriteria.Named(Id(name)), Entries(golden).ToList());
        foreach (var entry in all.Where(e => e.Criterion == name))
        {
            // Without a count: the same at every start and percentage.
            var alike = entry.Start is not null ? [entry] : all.Where(e => e.Start is not null && (e.Case, e.Layer) == (entry.Case, entry.Layer)).Select(e => e with { Key = entry.Key });
            foreach (var cut in alike)
            {
                var start = Start(golden, cut);
                Assert.Equal(entry.Start is null ? golden.Mask(cut.Key).And(start) : golden.Mask(cut.Key), criterion.Cut(start, Of(golden, cut), cut.Percent / 100));
            }
        }
    }

    [Fact]
    public void Bisection_and_ranks_end_where_the_reference_does()
    {
        using var golden = new LotteryGolden("masks", "criteria");
        foreach (var entry in golden.Json.Names.Select(n => Entry(n)!))
        {
            var (mask, sign, row) = (Start(golden, entry), entry.Criterion.StartsWith("large", StringComparison.Ordinal) ? 1 : -1, golden.Json[entry.Key]);
            var bisected = BothLarge.Bisected(mask, Of(golden, entry), entry.Percent / 100, sign);
            Assert.Equal(row["q"].Number, bisected.Level, 1e-12);
            Assert.Equal((row["wanted"].Integer, row["kept"].Integer), (bisected.Wanted, bisected.Mask.Kept));
            var ranked = BothLarge.Ranked(mask, Of(golden, entry), entry.Percent / 100, sign);
            Assert.Equal((row["rank_r"].Integer, row["rank_kept"].Integer), ((int)ranked.Level, ranked.Mask.Kept));
        }
    }

    [Fact]
    public void Nothing_of_the_reference_is_left_out_and_no_criterion_is_without()
    {
        using var golden = new LotteryGolden("masks", "criteria");
        var entries = Entries(golden).ToList();
        var read = entries.Select(e => e.Key).Concat(
            from @case in entries.Select(e => e.Case).Distinct()
            from value in Values.Concat(entries.Where(e => e.Start is not (null or "dense")).Select(e => e.Start + "_mask"))
            select $"{@case}.{value}");
        golden.AssertParts(read);
        Assert.Empty(MaskCriteria.All.Select(c => c.Id.Split(':')[0]).Except(entries.Select(e => Id(e.Criterion).Split(':')[0])));
    }

    [Fact]
    public void A_round_over_a_net_is_that_of_its_layers()
    {
        using var golden = new LotteryGolden("masks", "criteria");
        foreach (var group in Entries(golden).Where(e => e.Start == "dense").GroupBy(e => (e.Case, e.Percent, e.Criterion)))
        {
            var (tensors, layers) = (GoldenNets.Tensors(golden, group.Key.Case + ".initial."), group.ToDictionary(e => e.Layer));
            var cut = MaskCriteria.Named(Id(group.Key.Criterion)).Round(tensors, MaskSet.Full(tensors), l => Of(golden, layers[l]), new() { Rates = new(group.Key.Percent / 100) });
            Assert.All(cut.Masks.Names, l => Assert.Equal(golden.Mask(layers[l].Key), cut.Masks[l]));
        }
    }

    private static Mask Start(LotteryGolden golden, Named entry) => entry.Start == "dense"
        ? Mask.Full(golden.Shape($"{entry.Case}.initial.{entry.Layer}"))
        : golden.Mask($"{entry.Case}.{entry.Start}_mask.{entry.Layer}");

    private static CriterionValues Of(LotteryGolden golden, Named entry)
    {
        var values = Array.ConvertAll(Values, v => golden.Floats($"{entry.Case}.{v}.{entry.Layer}"));
        return new(values[0], values[1], values[2], values[3]);
    }

    private static string Id(string name) => name.StartsWith(Interpolated, StringComparison.Ordinal)
        ? $"{Interpolated.TrimEnd('_').Replace('_', '-')}:{name[Interpolated.Length..].Replace('_', '.')}"
        : name.Replace('_', '-');

    private static IEnumerable<Named> Entries(LotteryGolden golden) => golden.Names.Select(Entry).OfType<Named>();

    private static Named? Entry(string key)
    {
        if (Counted().Match(key) is { Success: true } counted)
        {
            return new(key, counted.Groups[1].Value, counted.Groups[2].Value, double.Parse(counted.Groups[3].Value, CultureInfo.InvariantCulture), counted.Groups[4].Value, counted.Groups[5].Value);
        }

        return key.Split('.') is [var @case, var name, var layer] && name.EndsWith("_single", StringComparison.Ordinal) ? new(key, @case, null, 0, name, layer) : null;
    }

    [GeneratedRegex(@"^([^.]+)\.([^.]+)\.([0-9.]+)\.([^.]+)\.([^.]+)$")]
    private static partial Regex Counted();

    private sealed record Named(string Key, string Case, string? Start, double Percent, string Criterion, string Layer);
}
