using Prunus.Lottery.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Training;

/// <summary>Masked training against goldens/lottery/training: float64 to 1e-12, float32 to its rounding.</summary>
public sealed class MaskedTrainingGoldenTests
{
    private static readonly string[] Beside = ["losses_f32", "check_hand_written_rule", "masked_positions_exactly_zero", "max_abs_difference", "loss_difference"];

    public static TheoryData<string, ScalarType> Cases { get; } = new(
        from name in TrainingGolden.Cases(g => g.Json.Names.Where(n => !n.Contains('.', StringComparison.Ordinal) && g.Json[n].Has("lr")))
        from type in new[] { ScalarType.Float64, ScalarType.Float32 }
        select (name, type));

    public static TheoryData<string> Nets => new(TrainingGolden.Nets);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Masked_steps_equal_the_reference(string name, ScalarType type)
    {
        using var golden = new TrainingGolden(name.Split(' ')[0]);
        using var scope = NewDisposeScope();
        using var net = golden.Net(type);
        var (optimiser, masks, tolerance) = (name.Split(' ')[^1], golden.Masks("mask", type), type == ScalarType.Float64 ? 1e-12 : golden.Spread);
        var trainer = new MaskedTrainer(net, step => golden.Batch(step, type), new()
        {
            LastStep = golden.Steps,
            Schedule = LearningRateSchedule.Constant(golden.Rate(optimiser)),
            Optimiser = TrainingGolden.Options(optimiser),
            SnapshotAt = golden.StepsUnder(optimiser + "."),
        }, masks);
        using var result = trainer.Run(cancellation: TestContext.Current.CancellationToken);
        AssertLosses(golden.Losses(optimiser), result, 2e-6);
        foreach (var (step, snapshot) in result.Snapshots)
        {
            var (prefix, state) = ($"{optimiser}.step{step}", snapshot.Optimiser!);
            snapshot.CopyTo(net);
            golden.AssertEqual(prefix, net, tolerance);
            Assert.Equal(step, state.StepCount);
            string[] kept = [.. golden.File.Under(prefix + ".state.").Where(n => n.EndsWith(".f64", StringComparison.Ordinal))];
            Assert.All(kept, key => golden.File.AssertNear($"{prefix}.state.{key}", state.Tensors[key[..^4]], tolerance));
            Assert.Equal(kept.Length == 0 ? 0 : state.Tensors.Count, kept.Length);
            foreach (var (key, mask) in masks)
            {
                Assert.All(state.Tensors.Where(t => t.Key.EndsWith(key, StringComparison.Ordinal)).Select(t => t.Value).Append(net.Parameters[key]),
                    t => Assert.Equal(0, (t.detach() * (1 - mask)).abs().max().to(ScalarType.Float64).item<double>()));
            }
        }

        golden.File.AssertAllRead(optimiser, Beside);
        golden.File.AssertAllRead("mask");
    }

    [Theory, MemberData(nameof(Nets))]
    public void Nothing_of_the_reference_is_left_out(string name)
    {
        using var golden = new TrainingGolden(name);
        var json = golden.File.Json;
        golden.File.AssertParts([.. json.Names, "rewind", "thin", "x", "y", "initial", "mask", "structured_mask"]);
        Assert.All(json.Names.Where(n => n.StartsWith("thin.", StringComparison.Ordinal)), n => Assert.All(json[n].Names, f => Assert.Contains(f, Beside)));
    }

    internal static void AssertLosses(double[] expected, MaskedTrainingResult actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Members[0].TrainingLosses.Count);
        Assert.All(expected.Zip(actual.Members[0].TrainingLosses), pair => Assert.Equal(pair.First, pair.Second, tolerance));
    }
}
