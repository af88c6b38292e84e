using Prunus.Lottery.Masks;

namespace Prunus.Tests.Lottery.Masks;

public sealed class NmPatternTests
{
    [Theory, InlineData("1:4"), InlineData("2:4"), InlineData("4:8")]
    public void Masks_and_gradients_are_those_of_the_reference(string text)
    {
        using var golden = new MaskGoldens("nm");
        var (pattern, id) = (NmPattern.Parse(text), text.Replace(':', '_'));
        foreach (var (name, layout, expected) in new[]
        {
            ("linear", NmLayout.Flattened, $"linear.{id}"), ("linear", NmLayout.InputChannels, $"linear.{id}"), ("short", NmLayout.Flattened, $"short.{id}"),
            ("conv", NmLayout.Flattened, $"conv.{id}.flattened"), ("conv", NmLayout.InputChannels, $"conv.{id}.input_channels"),
        })
        {
            Assert.Equal(golden.Mask(expected), pattern.Of(golden.Shape(name), Array.ConvertAll(golden.Floats(name), Math.Abs), layout));
        }

        var refined = NmPattern.RefinedGradient(golden.Floats("linear_gradient"), golden.Floats("linear"), golden.Mask($"linear.{id}"));
        Assert.Equal(0, Goldens.LargestDifference(golden.Floats($"linear.{id}.sr_ste_gradient"), refined), 1e-7);
    }

    // Groups 1 1 1 and the short 5: of equal ones the lower index goes.
    [Fact]
    public void Ties_and_short_groups_by_hand()
    {
        var mask = new NmPattern(2, 3).Of([1, 4], [1, 1, 1, 5]);
        Assert.Equal([1, 2, 3], mask.KeptIndices());
    }

    [Theory, InlineData("4:2"), InlineData("0:4"), InlineData("2"), InlineData("2:x")]
    public void Bad_patterns_are_refused(string text) => Assert.Throws<PrunusInputException>(() => NmPattern.Parse(text));
}
