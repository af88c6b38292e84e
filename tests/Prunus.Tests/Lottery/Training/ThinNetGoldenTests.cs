using Prunus.Lottery;
using Prunus.Lottery.Training;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Training;

/// <summary>Training under a mask that removes whole units equals training the net without them.</summary>
public sealed class ThinNetGoldenTests
{
    public static TheoryData<string> Cases { get; } = new(TrainingGolden.Cases(g => g.Under("thin.").Select(n => n.Split('.')[0])));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Masked_net_equals_the_thin_one(string name)
    {
        using var golden = new TrainingGolden(name.Split(' ')[0]);
        using var scope = NewDisposeScope();
        using var masked = golden.Net(ScalarType.Float64);
        var (optimiser, masks) = (name.Split(' ')[^1], golden.Masks("structured_mask", ScalarType.Float64));
        using var thin = Thin(masked, masks);
        Train(golden, masked, optimiser, masks);
        Train(golden, thin, optimiser, null);
        golden.AssertEqual($"thin.{optimiser}.masked_net.step{golden.Steps}", masked, 1e-12);
        golden.AssertEqual($"thin.{optimiser}.thin_net.step{golden.Steps}", thin, 1e-12);
        using var kept = Thin(masked, masks);
        Assert.All(thin.Parameters, p => Assert.True((p.Value - kept.Parameters[p.Key]).abs().max().item<double>() < 1e-13, p.Key));
        golden.File.AssertAllRead($"thin.{optimiser}.masked_net");
        golden.File.AssertAllRead($"thin.{optimiser}.thin_net");
    }

    private static void Train(TrainingGolden golden, ITicketNet net, string optimiser, Dictionary<string, Tensor>? masks)
    {
        var options = new MaskedTrainingOptions { LastStep = golden.Steps, Schedule = LearningRateSchedule.Constant(golden.Rate(optimiser)), Optimiser = TrainingGolden.Options(optimiser) };
        new MaskedTrainer(net, step => golden.Batch(step, ScalarType.Float64), options, masks).Run(cancellation: TestContext.Current.CancellationToken).Dispose();
    }

    // Without the units that the masks leave nothing of.
    private static VisionTicketNet Thin(VisionTicketNet net, Dictionary<string, Tensor> masks) => new(VisionSurgery.Cut(net.Net, VisionSurgery.Axes(net.Net.Config)
        .Where(a => masks.ContainsKey(a.Axis + ".weight"))
        .ToDictionary(a => a.Axis, a => masks[a.Axis + ".weight"].flatten(1).sum(1).nonzero().flatten().data<long>().ToArray().Select(u => (int)u).ToArray())));
}
