using Prunus.Lottery;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery;

public sealed class FrozenNetTests
{
    private static readonly VisionConfig Config = VisionNets.Named("mlp:20-12", new MapShape(1, 6, 6), 5);

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
        using var generator = new Generator(3);
        var (images, labels) = (rand([8, 1, 6, 6], generator: generator), tensor(new long[] { 0, 1, 2, 3, 4, 0, 1, 2 }));
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
