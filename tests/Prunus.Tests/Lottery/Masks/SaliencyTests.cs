using Prunus.Lottery.Masks;
using Prunus.Native;
using Prunus.Tests.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Masks;

public sealed class SaliencyTests
{
    public static TheoryData<string> Ids => new(SaliencyNets.Ids);

    [Theory, MemberData(nameof(Ids))]
    public void Scores_are_those_of_the_reference(string id)
    {
        using var golden = new LotteryGolden("masks", "saliency");
        Libtorch.Load();
        TensorLeaks.AssertNone(() =>
        {
            using var scope = NewDisposeScope();
            using var net = SaliencyNets.Net(golden, id);
            var (inputs, labels) = SaliencyNets.Batch(golden, net, id);
            var training = Trains(id);
            var before = net.Buffers.ToDictionary(b => b.Key, b => b.Value.data<float>().ToArray());
            AssertClose(golden, $"{id}.snip", Saliency.Snip(net, inputs, labels, training), 1e-12);
            AssertClose(golden, $"{id}.snip_normalised", Saliency.Snip(net, inputs, labels, training, normalised: true), 1e-12);
            AssertClose(golden, $"{id}.grasp", Saliency.Grasp(net, inputs, labels, training), 1e-12);
            Assert.All(before, b => Assert.Equal(b.Value, net.Buffers[b.Key].data<float>().ToArray()));
            Assert.All(net.Parameters.Values, p => Assert.False(p.requires_grad));
            var (row, snip) = (golden.Json[id], Saliency.Snip(net, inputs, labels, training));
            Assert.Equal(row["loss"].Number, SaliencyPass.Loss(new SaliencyPass(net, ScalarType.Float64, null).Logits(inputs, training), labels).item<double>(), 1e-12);
            Assert.Equal(row["snip_sum"].Number, snip.Values.Sum(s => s.Sum()), 1e-12 * row["snip_sum"].Number);
            Assert.All(snip, s => Assert.Equal(row["snip_layer_sums"][s.Key].Number, s.Value.Sum(), 1e-12 * row["snip_sum"].Number));

            // The authors' sum, which we don't divide by: |sum| + 1e-10.
            double[] grasp = [.. Saliency.Grasp(net, inputs, labels, training).Values.SelectMany(s => s)];
            Assert.Equal(row["grasp_abs_sum_plus_eps"].Number, Math.Abs(grasp.Sum()) + 1e-10, 1e-12 * grasp.Sum(Math.Abs));
            Array.ForEach([$"{id}.snip", $"{id}.snip_normalised", $"{id}.grasp", id + "/"], part => golden.AssertAllRead(part, "check_fd_max"));
        });
    }

    [Fact]
    public void Nothing_of_the_reference_is_left_out()
    {
        using var golden = new LotteryGolden("masks", "saliency");
        golden.AssertParts([
            .. SaliencyNets.Ids.SelectMany(id => (string[])[$"{id}.snip", $"{id}.snip_normalised", $"{id}.grasp", id + "/"]), "snip_normalised_f32_minus_f64_max",
            .. golden.Json["synflow"].Names.SelectMany(id => golden.Json["synflow"][id].Names.Select(n => n.Replace("kept_", $"{id}.synflow_mask_", StringComparison.Ordinal)).Append(id + ".synflow")),
            .. golden.Names.Where(n => n.Split('.') is [_, "x" or "y"] or [_, _, "weight" or "bias" or "running_mean" or "running_var"]), "synflow",
        ]);
    }

    [Theory, MemberData(nameof(Ids))]
    public void Float32_is_near(string id)
    {
        using var golden = new LotteryGolden("masks", "saliency");
        Libtorch.Load();
        using var scope = NewDisposeScope();
        using var net = SaliencyNets.Net(golden, id);
        var (inputs, labels) = SaliencyNets.Batch(golden, net, id);
        AssertClose(golden, $"{id}.snip", Saliency.Snip(net, inputs, labels, Trains(id), type: ScalarType.Float32), 1e-5);
    }

    // One linear layer without input but 1: logits = w + b; p = softmax(0, ln 3) = 1/4, 3/4; label 0: dL/dw = (-3/4, 3/4).
    [Fact]
    public void Snip_and_gradients_by_hand()
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        var config = new Prunus.Vision.VisionConfig("one", new(1, 1, 1), 2, [new Prunus.Vision.Flatten("flatten"), new Prunus.Vision.Linear("fc", 2)]);
        using var net = new Prunus.Lottery.VisionTicketNet(new(config, new Dictionary<string, Tensor>
        {
            ["fc.weight"] = tensor(new float[] { 2, -4 }, [2, 1]), ["fc.bias"] = tensor(new double[] { -2, 4 + Math.Log(3) }).to(ScalarType.Float32),
        }));
        var (inputs, labels) = (ones(1, 1, 1, 1), zeros(1, ScalarType.Int64));
        Assert.Equal([1.5, 3], Saliency.Snip(net, inputs, labels)["fc.weight"].Select(s => Math.Round(s, 6)));
        Assert.Equal([-0.75, 0.75], Saliency.Gradients(net, inputs, labels)["fc.weight"].Select(s => Math.Round(s, 6)));
        var masks = new MaskSet([("fc.weight", Mask.Where([2, 1], i => i == 0))]);
        Assert.Equal(0, Saliency.Snip(net, inputs, labels, masks: masks)["fc.weight"][1]);
    }

    private static bool Trains(string id) => id.EndsWith("_train", StringComparison.Ordinal);

    private static void AssertClose(LotteryGolden golden, string prefix, IReadOnlyDictionary<string, double[]> scores, double relative)
    {
        foreach (var (name, values) in scores)
        {
            var expected = golden.Doubles($"{prefix}.{name}.f64");
            var size = expected.Max(Math.Abs);
            Assert.True(expected.Zip(values, (e, v) => Math.Abs(e - v)).Max() <= relative * size, $"{prefix}.{name}");
        }
    }
}
