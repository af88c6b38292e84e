using Prunus.Lottery;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Tests.Lottery.Masks;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery;

public sealed class FrozenNetTests
{
    private static readonly VisionConfig Config = VisionNets.Named("mlp:20-12", new MapShape(1, 6, 6), 5);

    public static TheoryData<string> Ids => new(PrunedActions.All.Select(a => a.Id));

    [Theory, MemberData(nameof(Ids))]
    public void Logits_are_those_of_the_reference(string id)
    {
        Libtorch.Load();
        using var golden = new MaskGoldens("actions");
        using var scope = NewDisposeScope();
        var name = "mask0." + id.Replace('-', '_');
        var (kept, held) = (new Dictionary<string, Tensor>(), new Dictionary<string, Tensor>());
        foreach (var layer in MaskGoldens.Layers)
        {
            var (mask, values) = (golden.Mask($"mask.{layer}"), Tensor(golden.Floats($"{name}.{layer}"), golden.Shape($"{name}.{layer}")));
            var keeps = Tensor([.. Enumerable.Range(0, mask.Count).Select(i => mask[i] ? 1f : 0)], mask.Shape);
            (kept[layer + ".weight"], held[layer + ".weight"]) = (values.mul(keeps), values.sub(values.mul(keeps)));
            kept[layer + ".bias"] = Tensor(golden.Floats($"bias.{layer}"), golden.Shape($"bias.{layer}"));
        }

        using var net = new VisionTicketNet(new VisionNet(Config, kept));
        using var frozen = new FrozenNet(net, held);
        var logits = frozen.Forward(Tensor(golden.Floats("x"), [7, 1, 6, 6]));
        Assert.All(golden.Doubles(name + ".logits.f64").Zip(logits.contiguous().data<double>().ToArray()), p => Assert.Equal(p.First, p.Second, 1e-12));

        Tensor Tensor(float[] values, IReadOnlyList<long> shape) => tensor(values, [.. shape]).to(ScalarType.Float64);
    }

    // Against whole weights whose pruned part gets no gradient and no decay.
    [Fact]
    public void Held_weights_stay_and_the_others_learn_beside_them()
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        using var net = new VisionTicketNet(VisionNet.Initialise(Config, VisionInitialisations.Named("kaiming-normal"), 1, CPU));
        var start = net.Parameters.ToDictionary(p => p.Key, p => p.Value.clone());
        var masks = net.Parameters.Where(p => p.Key.EndsWith("weight", StringComparison.Ordinal)).ToDictionary(p => p.Key, p => p.Value.gt(0).to(ScalarType.Float32));
        using var frozen = new FrozenNet(net, masks.ToDictionary(m => m.Key, m => start[m.Key].mul(m.Value.logical_not().to(ScalarType.Float32))));
        var (images, labels) = (rand([8, 1, 6, 6]), tensor(new long[] { 0, 1, 2, 3, 4, 0, 1, 2 }));
        const double rate = 0.1, decay = 0.01;
        new MaskedTrainer(frozen, _ => new TicketBatch(images.alias(), labels.alias()), new MaskedTrainingOptions
        {
            LastStep = 3, Schedule = LearningRateSchedule.Constant(rate), Optimiser = new SgdOptions { Momentum = 0, WeightDecay = decay }, EvaluateEvery = 0,
        }, masks).Run(cancellation: TestContext.Current.CancellationToken).Dispose();

        using var plain = new VisionTicketNet(VisionNet.Initialise(Config, VisionInitialisations.Named("kaiming-normal"), 1, CPU));
        for (var step = 0; step < 3; step++)
        {
            using var learning = new GradientsOf(plain.Parameters.Values);
            var gradients = learning.Of(MemberLosses.CrossEntropy(plain.Forward(images, training: true), labels, false));
            using var noGradient = no_grad();
            foreach (var ((name, weight), gradient) in plain.Parameters.Zip(gradients))
            {
                var move = Ops.Multiply(Ops.AddInPlace(gradient, weight, decay), rate);
                weight.sub_(masks.TryGetValue(name, out var mask) ? move.mul(mask) : move);
            }
        }

        Assert.Equal(0, masks.Sum(m => net.Parameters[m.Key].mul(m.Value.logical_not().to(ScalarType.Float32)).abs().sum().item<float>()));
        Assert.True((frozen.Forward(images) - plain.Forward(images)).abs().max().item<float>() < 1e-5f);
        Assert.True((frozen.Forward(images) - net.Forward(images)).abs().max().item<float>() > 1e-2f);
    }
}
