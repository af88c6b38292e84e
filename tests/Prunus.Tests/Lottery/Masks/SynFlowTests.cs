using Prunus.Lottery;
using Prunus.Lottery.Masks;
using Prunus.Native;
using Prunus.Tests.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Masks;

public sealed class SynFlowTests
{
    [Theory, InlineData("mlp", false), InlineData("mlp_nobias", true), InlineData("conv", false), InlineData("conv_no_shift", true)]
    public void Scores_sums_and_conservation(string id, bool conserves)
    {
        using var golden = new MaskGoldens("saliency");
        Libtorch.Load();
        TensorLeaks.AssertNone(() =>
        {
            using var scope = NewDisposeScope();
            using var net = SaliencyNets.Net(golden, id);
            var scores = SynFlow.Scores(net, SaliencyNets.Batch(golden, net).Inputs);
            var row = MaskGoldens.Json("saliency").GetProperty("synflow").GetProperty(id);
            Assert.Equal(row.GetProperty("R").GetDouble(), scores.Flow, 1e-10);
            foreach (var (name, values) in scores.Scores)
            {
                var expected = golden.Doubles($"{id}.synflow.{name}.f64");
                Assert.True(expected.Zip(values, (e, v) => Math.Abs(e - v)).Max() <= 1e-12 * expected.Max(), name);
                Assert.Equal(row.GetProperty("layer_sums").GetProperty(name).GetDouble(), scores.LayerSum(name), 1e-10);
                Assert.Equal(conserves, Math.Abs(scores.LayerSum(name) - scores.Flow) < 1e-10);
            }
        });
    }

    [Theory]
    [InlineData("mlp", "0.1"), InlineData("mlp", "0.02"), InlineData("mlp_nobias", "0.1"), InlineData("mlp_nobias", "0.02")]
    [InlineData("conv", "0.1"), InlineData("conv", "0.02"), InlineData("conv_no_shift", "0.1"), InlineData("conv_no_shift", "0.02")]
    public void Masks_after_a_hundred_passes_are_those_of_the_reference(string id, string keep)
    {
        using var golden = new MaskGoldens("saliency");
        Libtorch.Load();
        using var scope = NewDisposeScope();
        using var net = SaliencyNets.Net(golden, id);
        var cut = SynFlow.Prune(net, SaliencyNets.Batch(golden, net).Inputs, double.Parse(keep));
        Assert.All(cut.Masks.Names, n => Assert.Equal(golden.Mask($"{id}.synflow_mask_{keep}.{n}"), cut.Masks[n]));
        Assert.Empty(cut.Emptied);
    }

    // Fresh nets have biases of 0: what flows through one layer flows through each.
    [Theory, InlineData("lenet-300-100", 10), InlineData("lenet-5", 12), InlineData("conv-2:8", 8)]
    public void Layers_of_fresh_nets_have_one_sum(string name, int size)
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        using var net = new VisionTicketNet(VisionNet.Initialise(VisionNets.Named(name, new MapShape(1, size, size), 10), VisionInitialisations.Named("glorot-normal"), 3, CPU));
        var scores = SynFlow.Scores(net, ones(1, 1, size, size));
        Assert.True(scores.Flow > 0);
        Assert.All(scores.Scores.Keys, n => Assert.Equal(1, scores.LayerSum(n) / scores.Flow, 1e-12));
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        using var net = new Prunus.Lottery.VisionTicketNet(Prunus.Vision.VisionNet.Initialise(
            Prunus.Vision.VisionNets.Named("mlp:4"), Prunus.Vision.VisionInitialisations.Named("glorot-normal"), 1, CPU));
        Assert.Contains("takes tokens", Assert.Throws<PrunusInputException>(() => SynFlow.Scores(net, zeros(1, 4, dtype: ScalarType.Int64))).Message, StringComparison.Ordinal);
        Assert.Throws<PrunusInputException>(() => SynFlow.Prune(net, zeros(1, 1, 28, 28), 0));
    }
}
