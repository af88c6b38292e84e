using Prunus.Lottery.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Training;

/// <summary>Masked training against goldens/lottery/training: float64 to 1e-12, float32 to its rounding.</summary>
public sealed class MaskedTrainingGoldenTests
{
    public static TheoryData<string, string, ScalarType, double> Cases { get; } = new(
        from net in new[] { "mlp", "conv_bn" }
        from optimiser in new[] { "sgd", "nesterov", "adam" }
        from type in new[] { (ScalarType.Float64, 1e-12), (ScalarType.Float32, 2e-6) }
        select (net, optimiser, type.Item1, type.Item2));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Masked_steps_equal_the_reference(string name, string optimiser, ScalarType type, double tolerance)
    {
        using var golden = new TrainingGolden(name);
        using var scope = NewDisposeScope();
        using var net = golden.Net(type);
        var masks = golden.Masks("mask", type);
        var trainer = new MaskedTrainer(net, step => golden.Batch(step, type), new()
        {
            LastStep = 20,
            Schedule = LearningRateSchedule.Constant(golden.Rate(optimiser)),
            Optimiser = TrainingGolden.Options(optimiser),
            SnapshotAt = [1, 2, 5, 10, 20],
        }, masks);
        using var result = trainer.Run(cancellation: TestContext.Current.CancellationToken);
        Assert.All(golden.Losses(optimiser).Zip(result.Members[0].TrainingLosses), pair => Assert.Equal(pair.First, pair.Second, 2e-6));
        foreach (var (step, snapshot) in result.Snapshots)
        {
            snapshot.CopyTo(net);
            golden.AssertEqual($"{optimiser}.step{step}", net, tolerance);
        }

        var state = result.Snapshots[20].Optimiser!;
        Assert.Equal(20, state.StepCount);
        foreach (var (key, value) in state.Tensors)
        {
            golden.AssertEqual($"{optimiser}.step20.state.{key}", value, tolerance);
        }

        foreach (var (key, mask) in masks)
        {
            Assert.All(state.Tensors.Where(t => t.Key.EndsWith(key, StringComparison.Ordinal)).Select(t => t.Value).Append(net.Parameters[key]),
                t => Assert.Equal(0, (t.detach() * (1 - mask)).abs().max().to(ScalarType.Float64).item<double>()));
        }
    }
}
