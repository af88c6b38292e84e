using Prunus.Lottery.Masks;
using Prunus.Vision;

namespace Prunus.Tests.Lottery.Masks;

public sealed class DeadUnitsTests
{
    // 2 inputs, 3 units, 2 units, 1 output. Unit 0 of fc1 has no input, so unit 0 of fc2, which reads only it, has none either; unit 2 of fc1 is read by that unit alone.
    [Fact]
    public void Death_spreads_both_ways()
    {
        var config = new VisionConfig("chain", new(2, 1, 1), 1, [new Flatten("flatten"), new Linear("fc1", 3), new Linear("fc2", 2), new Linear("fc3", 1)]);
        var dead = DeadUnits.Of(config, Masks(("fc1.weight", [3, 2], "001111"), ("fc2.weight", [2, 3], "100010"), ("fc3.weight", [1, 2], "11")));
        Assert.Equal([[true, false, true], [true, false]], dead.Axes.Select(a => a.Dead.ToArray()));
        Assert.Equal("001100 000010 01", string.Join(' ', dead.Reached.Names.Select(n => Text(dead.Reached[n]))));
        Assert.Equal(4, dead.Useless);
    }

    // Unit 0 of fc1 has no input, unit 1 leads only to unit 0 of fc2, which leads nowhere; unit 2 lives by unit 1 of fc2.
    [Fact]
    public void Units_without_inputs_or_outputs_are_counted_apart_from_those_that_die_with_them()
    {
        var dead = DeadUnits.Of(
            VisionNets.Named("mlp:3-2", new MapShape(1, 1, 2), 2), Masks(("fc1.weight", [3, 2], "001111"), ("fc2.weight", [2, 3], "010101"), ("fc3.weight", [2, 2], "0100")));
        Assert.Equal([("fc1", 3, 1, 0, 2), ("fc2", 2, 0, 1, 1)], dead.Axes.Select(a => (a.Axis, a.Dead.Count, a.WithoutInputs, a.WithoutOutputs, a.DeadCount)));
    }

    // Channel 1 has no kernel: its 4 columns of the linear layer (2x2 pixels) are useless.
    [Fact]
    public void A_channel_spans_the_pixels_of_a_flattened_map()
    {
        var config = new VisionConfig("conv", new(1, 2, 2), 1, [new Convolution("conv", 2, Kernel: 1), new Flatten("flatten"), new Linear("fc", 1)]);
        var dead = DeadUnits.Of(config, Masks(("conv.weight", [2, 1, 1, 1], "10"), ("fc.weight", [1, 8], "11110101")));
        Assert.Equal([false, true], dead.Axes.Single().Dead);
        Assert.Equal("11110000", Text(dead.Reached["fc.weight"]));
        Assert.Equal(2, dead.Useless);
    }

    [Theory, InlineData("conv-2"), InlineData("resnet-20"), InlineData("lenet-300-100")]
    public void A_dense_net_has_none(string net)
    {
        var config = VisionNets.Named(net);
        var dead = DeadUnits.Of(config, MaskSet.Full(Prunus.Lottery.VisionTicketNet.TensorsOf(config)));
        Assert.Equal(0, dead.Useless);
        Assert.All(dead.Axes, a => Assert.Equal(0, a.DeadCount));
    }

    private static MaskSet Masks(params (string Name, long[] Shape, string Bits)[] masks) => new(masks.Select(m => (m.Name, Mask.Where(m.Shape, i => m.Bits[i] == '1'))));

    private static string Text(Mask mask) => string.Concat(Enumerable.Range(0, mask.Count).Select(i => mask[i] ? '1' : '0'));
}
