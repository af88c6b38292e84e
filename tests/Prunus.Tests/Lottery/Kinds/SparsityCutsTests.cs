using Prunus.Decoders;
using Prunus.Lottery;
using Prunus.Lottery.Kinds;
using Prunus.Lottery.Masks;
using Prunus.Tests.Training;
using Prunus.Vision;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Kinds;

public sealed class SparsityCutsTests
{
    private static readonly ITicketArchitecture LeNet = new VisionTicketArchitecture(VisionNets.Named("lenet-300-100"));

    [Fact]
    public void Masks_keep_the_largest_weights_of_each_matrix()
    {
        using var net = LeNet.Initialise("glorot-normal", 1, CPU);
        var masks = MaskedCuts.Of(net, new SparsityKind.Unstructured("u", 0.9));
        Assert.Equal([23520, 3000, 100], masks.Names.Select(n => masks[n].Kept));
        var values = MaskTensors.Floats(net.Parameters["fc2.weight"]);
        var kept = masks["fc2.weight"].KeptIndices().ToHashSet();
        Assert.True(kept.Min(i => Math.Abs(values[i])) >= Enumerable.Range(0, values.Length).Where(i => !kept.Contains(i)).Max(i => Math.Abs(values[i])));
        var half = MaskedCuts.Of(net, new SparsityKind.Patterned("p", NmPattern.Parse("2:4")));
        Assert.Equal(0.5, half.Density);
        Assert.Equal(1, MaskedCuts.Of(net, new SparsityKind.Dense("d")).Density);
    }

    [Theory]
    [InlineData("lenet-300-100", 0.5), InlineData("lenet-300-100", 0.1), InlineData("conv-2", 0.2), InlineData("resnet-20", 0.5)]
    public void Structured_image_nets_come_near_the_share_asked_for(string name, double keep)
    {
        var dense = new VisionTicketArchitecture(VisionNets.Named(name));
        var left = StructuredCuts.Shape(dense, new("s", keep, []));
        Assert.Equal(keep, (double)Prunable(left) / Prunable(dense), 0.02);
    }

    [Fact]
    public void The_cut_net_has_the_shape_that_is_timed()
    {
        using var scope = NewDisposeScope();
        var kind = new SparsityKind.Structured("s", 0.5, [Axis.Ffn]);
        using var dense = LeNet.Initialise("glorot-normal", 1, CPU);
        using var cut = StructuredCuts.Cut(dense, kind, _ => throw new InvalidOperationException(), 1);
        Assert.Equal(StructuredCuts.Shape(LeNet, kind).Name, cut.Architecture);

        using var decoder = new DecoderTicketNet(TinyDecoders.Create(1));
        var architecture = new DecoderTicketArchitecture(decoder.Decoder.Config);
        using var narrow = StructuredCuts.Cut(decoder, kind with { Keep = 0.61 }, step => tensor(TinyDecoders.Tokens(step)).to(ScalarType.Int64), 1);
        Assert.Equal(StructuredCuts.Shape(architecture, kind with { Keep = 0.61 }).Name, narrow.Architecture);
        using var shallow = StructuredCuts.Cut(decoder, new("l", 0.5, [Axis.Layers]), step => tensor(TinyDecoders.Tokens(step)).to(ScalarType.Int64), 1);
        Assert.StartsWith("decoder-llama:1x16:", shallow.Architecture, StringComparison.Ordinal);
    }

    // Units 1 and 2 have the larger incoming weights, whatever their outgoing ones.
    [Fact]
    public void The_units_with_the_largest_incoming_weights_stay()
    {
        using var scope = NewDisposeScope();
        ITicketArchitecture architecture = new VisionTicketArchitecture(VisionNets.Named("mlp:3", new MapShape(1, 1, 2), 2));
        using var net = architecture.Create(new Dictionary<string, float[]>
        {
            ["fc1.weight"] = [1, -1, 3, -2, 0, 4], ["fc1.bias"] = [7, 8, 9], ["fc2.weight"] = [9, 1, 2, 9, 3, 4], ["fc2.bias"] = [0, 0],
        }, CPU);
        using var cut = StructuredCuts.Cut(net, new("s", 2 / 3.0, []), _ => throw new InvalidOperationException(), 1);
        Assert.Equal([3f, -2f, 0f, 4f], MaskTensors.Floats(cut.Parameters["fc1.weight"]));
        Assert.Equal([8f, 9f], MaskTensors.Floats(cut.Parameters["fc1.bias"]));
        Assert.Equal([1f, 2f, 3f, 4f], MaskTensors.Floats(cut.Parameters["fc2.weight"]));
    }

    private static long Prunable(ITicketArchitecture architecture) => architecture.Tensors.Where(t => t.IsPrunable).Sum(t => t.ElementCount);
}
