using Prunus.Vision;
using static TorchSharp.torch;

namespace Prunus.Tests.Vision;

public sealed class VisionSurgeryTests
{
    // Units whose outgoing weights are zero can go without a trace: what is left must give the same logits, in float64 to rounding.
    [Theory]
    [InlineData("mlp:9-7", "mlp:5-4")]
    [InlineData("lenet-5", "lenet-5~3-11-94-65")]
    [InlineData("conv-2", null)]
    [InlineData("resnet-20", null)]
    public void Useless_units_go_without_a_trace(string name, string? left)
    {
        using var scope = NewDisposeScope();
        using var net = VisionNet.Initialise(VisionNets.Named(name, new MapShape(1, 16, 16)), VisionInitialisations.Named("kaiming-normal"), 3, CPU);
        var kept = VisionSurgery.Axes(net.Config).ToDictionary(a => a.Axis, a => Enumerable.Range(0, a.Units).Where(u => u % 5 != 1 && u < a.Units - 2).ToArray());
        using (no_grad())
        {
            foreach (var weight in net.Config.Tensors().Where(t => t.IsPrunable && t.Axes[1].Name is { } from && kept.ContainsKey(from)))
            {
                var (size, units) = (weight.Axes[1].UnitSize, kept[weight.Axes[1].Name!]);
                long[] dead = [.. Enumerable.Range(0, (int)weight.Shape[1]).Where(e => !units.Contains(e / size)).Select(e => (long)e)];
                net.Parameters[weight.Name].index_fill_(1, tensor(dead), 0);
            }
        }

        using var cut = VisionSurgery.Cut(net, kept);
        Assert.Equal(left ?? cut.Config.Id, cut.Config.Id);
        Assert.True(cut.Config.PrunableCount() < net.Config.PrunableCount());
        Assert.All(kept, k => Assert.Equal(k.Value.Length, cut.Parameters[$"{k.Key}.weight"].size(0)));
        var images = rand(2, 1, 16, 16, dtype: ScalarType.Float64);
        using var whole = Double(net);
        using var small = Double(cut);
        var logits = whole.Forward(images);
        Assert.True((logits - small.Forward(images)).abs().max().item<double>() < 1e-12 * logits.abs().max().item<double>());

        // Channel counts that no vector kernel likes, in float32.
        Assert.True((logits - cut.Forward(images.to(ScalarType.Float32)).to(ScalarType.Float64)).abs().max().item<double>() < 1e-5 * logits.abs().max().item<double>());
    }

    [Fact]
    public void Logits_and_residual_streams_stay_whole()
    {
        Assert.Equal([("fc1", 300), ("fc2", 100)], VisionSurgery.Axes(VisionNets.Named("lenet-300-100")));
        Assert.All(VisionSurgery.Axes(VisionNets.Named("resnet-20")), a => Assert.EndsWith("conv1", a.Axis, StringComparison.Ordinal));
        Assert.Equal(9, VisionSurgery.Axes(VisionNets.Named("resnet-20")).Count);
    }

    private static VisionNet Double(VisionNet net) => new(net.Config, net.Parameters.Concat(net.Buffers).ToDictionary(p => p.Key, p => p.Value.detach().to(ScalarType.Float64)));
}
