using System.Globalization;
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
    public static TheoryData<string> Ids => new(LotteryGolden.Cases("masks", "saliency", g => g.Json["synflow"].Names));

    [Theory, MemberData(nameof(Ids))]
    public void Scores_sums_and_conservation(string id)
    {
        using var golden = new LotteryGolden("masks", "saliency");
        Libtorch.Load();
        TensorLeaks.AssertNone(() =>
        {
            using var scope = NewDisposeScope();
            using var net = SaliencyNets.Net(golden, id);
            var scores = SynFlow.Scores(net, SaliencyNets.Batch(golden, net, id).Inputs);
            var row = golden.Json["synflow"][id];
            var off = 1e-12 * row["R"].Number;
            Assert.Equal(row["R"].Number, scores.Flow, off);
            foreach (var (name, values) in scores.Scores)
            {
                golden.AssertNear($"{id}.synflow.{name}.f64", values, 1e-12 * values.Max());
                Assert.Equal(row["layer_sums"][name].Number, scores.LayerSum(name), off);
                Assert.Equal(SaliencyNets.Conserves(id), Math.Abs(scores.LayerSum(name) - scores.Flow) < 100 * off);
            }
        });
        golden.AssertAllRead(id + ".synflow");
    }

    [Theory, MemberData(nameof(Ids))]
    public void Masks_after_a_hundred_passes_are_those_of_the_reference(string id)
    {
        using var golden = new LotteryGolden("masks", "saliency");
        Libtorch.Load();
        using var scope = NewDisposeScope();
        using var net = SaliencyNets.Net(golden, id);
        var row = golden.Json["synflow"][id];
        string[] keeps = [.. row.Names.Where(n => n.StartsWith("kept_", StringComparison.Ordinal)).Select(n => n[5..])];
        foreach (var keep in keeps)
        {
            var cut = SynFlow.Prune(net, SaliencyNets.Batch(golden, net, id).Inputs, double.Parse(keep, CultureInfo.InvariantCulture));
            Assert.All(cut.Masks.Names, n => Assert.Equal(golden.Mask($"{id}.synflow_mask_{keep}.{n}"), cut.Masks[n]));
            Assert.All(cut.Masks.Names, n => Assert.Equal(row["kept_" + keep][n].Integer, cut.Masks[n].Kept));
            Assert.Equal(golden.Under($"{id}.synflow_mask_{keep}.").Order(), cut.Masks.Names.Order());
            golden.AssertAllRead($"{id}.synflow_mask_{keep}");
        }

        Assert.All(golden.Under(id + ".synflow_mask_"), n => Assert.Contains(keeps, k => n.StartsWith(k + ".", StringComparison.Ordinal)));
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
