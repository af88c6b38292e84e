using System.Text.RegularExpressions;
using Prunus.Lottery.Masks;

namespace Prunus.Tests.Lottery.Masks;

/// <summary>Every mask and gradient of goldens/lottery/masks/nm, by its name: <c>TENSOR.N_M</c>, <c>TENSOR.N_M.LAYOUT</c> or <c>TENSOR.N_M.sr_ste_gradient</c>.</summary>
public sealed partial class NmPatternGoldenTests
{
    public static TheoryData<string> Keys => new(LotteryGolden.Cases("masks", "nm", g => g.Names.Where(n => Derived().IsMatch(n))));

    [Theory, MemberData(nameof(Keys))]
    public void Masks_and_gradients_are_those_of_the_reference(string key)
    {
        using var golden = new LotteryGolden("masks", "nm");
        var parts = Derived().Match(key).Groups;
        var (name, pattern) = (parts[1].Value, NmPattern.Parse($"{parts[2].Value}:{parts[3].Value}"));
        var weights = golden.Floats(name);
        if (parts[5].Value == "sr_ste_gradient")
        {
            // Within the rounding of float32 sums.
            var (expected, refined) = (golden.Floats(key), NmPattern.RefinedGradient(golden.Floats(name + "_gradient"), weights, golden.Mask($"{name}.{parts[2].Value}_{parts[3].Value}")));
            Assert.True(Goldens.RelativeDifference(expected, refined) <= 1e-7);
            return;
        }

        // Of a matrix the layouts are one.
        NmLayout[] layouts = parts[5].Value switch
        {
            "" => [NmLayout.Flattened, NmLayout.InputChannels],
            "flattened" => [NmLayout.Flattened],
            _ => [Enum.Parse<NmLayout>(parts[5].Value.Replace("_", "", StringComparison.Ordinal), ignoreCase: true)],
        };
        Assert.All(layouts, l => Assert.Equal(golden.Mask(key), pattern.Of(golden.Shape(name), Array.ConvertAll(weights, Math.Abs), l)));
    }

    [Fact]
    public void Nothing_of_the_reference_is_left_out()
    {
        using var golden = new LotteryGolden("masks", "nm");
        var names = golden.Names.Where(n => Derived().IsMatch(n)).ToList();
        golden.AssertParts([.. names, .. names.Select(n => n.Split('.')[0]), .. names.Where(n => n.EndsWith("gradient", StringComparison.Ordinal)).Select(n => n.Split('.')[0] + "_gradient")]);
    }

    [GeneratedRegex(@"^([^.]+)\.(\d+)_(\d+)(\.(.+))?$")]
    private static partial Regex Derived();
}
