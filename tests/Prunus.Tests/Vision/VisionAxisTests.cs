using Prunus.Vision;

namespace Prunus.Tests.Vision;

public sealed class VisionAxisTests
{
    [Fact]
    public void LeNet5_ColumnsOfTheFirstLinearLayer_BelongToChannelsOf49Entries()
    {
        var tensors = Of("lenet-5");
        Assert.Equal([new("conv2"), new("conv1"), VisionAxis.Fixed, VisionAxis.Fixed], tensors["conv2.weight"].Axes);
        Assert.Equal([new("fc1"), new("conv2", UnitSize: 49)], tensors["fc1.weight"].Axes);
        Assert.Equal([new("fc1")], tensors["fc1.bias"].Axes);
        Assert.Equal([VisionAxis.Fixed, new("fc2")], tensors["fc3.weight"].Axes);
        Assert.Equal([new("conv1"), VisionAxis.Fixed, VisionAxis.Fixed, VisionAxis.Fixed], tensors["conv1.weight"].Axes);
    }

    [Fact]
    public void Mlp_PixelsAndClasses_AreNeverCut() =>
        Assert.Equal([new("fc1"), VisionAxis.Fixed], Of("lenet-300-100")["fc1.weight"].Axes);

    [Fact]
    public void ResNet20_StreamChannels_AreTiedOverAllBlocks()
    {
        var tensors = Of("resnet-20");
        Assert.Equal([new("stream", Offset: 24)], tensors["bn1.running_var"].Axes);
        Assert.Equal(new VisionAxis("stream", Offset: 24), tensors["layer2.0.conv1.weight"].Axes[1]);
        Assert.Equal([new("stream", Offset: 16), new("layer2.0.conv1")], tensors["layer2.0.conv2.weight"].Axes.Take(2));
        Assert.Equal(new VisionAxis("stream"), tensors["layer3.2.bn2.weight"].Axes[0]);
        Assert.Equal([VisionAxis.Fixed, new("stream")], tensors["linear.weight"].Axes);
    }

    // A dimension holds its axis' units in full: as many entries on every tensor of an axis, but for the stages of a residual stream.
    [Fact]
    public void Every_Axis_HasOneLengthOverItsParameters()
    {
        foreach (var kind in VisionNets.All)
        {
            var lengths =
                from tensor in Of(kind.TakesWidths ? $"{kind.Id}:8-6" : kind.Id).Values
                from dimension in tensor.Shape.Zip(tensor.Axes)
                where dimension.Second.Name is not null
                group (dimension.First / dimension.Second.UnitSize) + (2 * dimension.Second.Offset) by dimension.Second.Name;
            Assert.All(lengths, axis => Assert.Single(axis.Distinct()));
        }
    }

    private static Dictionary<string, VisionParameter> Of(string name) => VisionNets.Named(name).Tensors().ToDictionary(t => t.Name);
}
