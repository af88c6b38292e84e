using Prunus.Lottery;
using Prunus.Lottery.Training;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Training;

/// <summary>Training under a mask that removes whole units equals training the net without them.</summary>
public sealed class ThinNetGoldenTests
{
    [Theory]
    [InlineData("mlp", "sgd")]
    [InlineData("mlp", "adam")]
    [InlineData("conv_bn", "sgd")]
    [InlineData("conv_bn", "adam")]
    public void Masked_net_equals_the_thin_one(string name, string optimiser)
    {
        using var golden = new TrainingGolden(name);
        using var scope = NewDisposeScope();
        using var masked = golden.Net(ScalarType.Float64);
        var masks = golden.Masks("structured_mask", ScalarType.Float64);
        using var thin = Thin(golden, name, masked, masks);
        Train(golden, masked, optimiser, masks);
        Train(golden, thin, optimiser, null);
        golden.AssertEqual($"thin.{optimiser}.masked_net.step20", masked, 1e-12);
        golden.AssertEqual($"thin.{optimiser}.thin_net.step20", thin, 1e-12);
        using var kept = Thin(golden, name, masked, masks);
        Assert.All(thin.Parameters, p => Assert.True((p.Value - kept.Parameters[p.Key]).abs().max().item<double>() < 1e-13, p.Key));
    }

    private static void Train(TrainingGolden golden, ITicketNet net, string optimiser, Dictionary<string, Tensor>? masks)
    {
        var options = new MaskedTrainingOptions { LastStep = 20, Schedule = LearningRateSchedule.Constant(golden.Rate(optimiser)), Optimiser = TrainingGolden.Options(optimiser) };
        new MaskedTrainer(net, step => golden.Batch(step, ScalarType.Float64), options, masks).Run(cancellation: TestContext.Current.CancellationToken).Dispose();
    }

    // The kept rows of every tensor, and of a weight those columns that the layer before has left.
    private static VisionTicketNet Thin(TrainingGolden golden, string name, VisionTicketNet net, Dictionary<string, Tensor> masks)
    {
        var (first, second) = name == "mlp" ? ("fc1.bias", "fc2.bias") : ("bn1.weight", "bn2.weight");
        var rows = new Dictionary<char, Tensor> { ['1'] = Kept(masks[first]), ['2'] = Kept(masks[second]) };
        var config = name == "mlp" ? TrainingGolden.Mlp(12, 5, (int)rows['1'].numel(), (int)rows['2'].numel())
            : TrainingGolden.ConvBn((int)rows['1'].numel(), (int)rows['2'].numel());
        using var scope = NewDisposeScope();
        return new(new VisionNet(config, config.Tensors().ToDictionary(t => t.Name, t =>
        {
            var value = (net.Parameters.TryGetValue(t.Name, out var p) ? p : net.Buffers[t.Name]).detach();
            var layer = t.Name[t.Name.IndexOf('.', StringComparison.Ordinal) - 1];
            value = rows.TryGetValue(layer, out var own) ? value.index_select(0, own) : value;
            var before = t.IsPrunable && layer != '1' ? (char)((layer is 'c' or '3' ? '3' : layer) - 1) : '0';
            return (rows.TryGetValue(before, out var earlier) ? value.index_select(1, earlier) : value).clone();
        })));
    }

    private static Tensor Kept(Tensor mask) => mask.nonzero().flatten();
}
