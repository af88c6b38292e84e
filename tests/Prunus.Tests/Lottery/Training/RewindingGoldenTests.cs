using Prunus.Lottery.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Training;

/// <summary>What a pruned net starts from, against goldens/lottery/training.</summary>
public sealed class RewindingGoldenTests
{
    public static TheoryData<string, string, string> Cases { get; } = new(
        from net in new[] { "mlp", "conv_bn" }
        from optimiser in new[] { "sgd", "adam" }
        from kind in new[] { "to5_fresh_state", "to5_kept_state", "to0", "finetune" }
        select (net, optimiser, kind));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rewound_training_equals_the_reference(string name, string optimiser, string kind)
    {
        var type = ScalarType.Float64;
        using var golden = new TrainingGolden(name);
        using var scope = NewDisposeScope();
        using var net = golden.Net(type);
        var whole = new MaskedTrainingOptions
        {
            LastStep = 20,
            Schedule = golden.RewindSchedule(optimiser),
            Optimiser = TrainingGolden.Options(optimiser),
            SnapshotAt = [0, 5, 20],
        };
        using var dense = new MaskedTrainer(net, step => golden.Batch(step, type), whole).Run(cancellation: TestContext.Current.CancellationToken);
        golden.AssertEqual($"rewind.{optimiser}.dense.step20", net, 1e-12);
        dense.Snapshots[5].CopyTo(net);
        golden.AssertEqual($"rewind.{optimiser}.dense.step5", net, 1e-12);

        var (rewind, step, from) = kind switch
        {
            "to0" => (RewindKind.Weights, 0, 0),
            "to5_fresh_state" => (RewindKind.Weights, 5, 5),
            "to5_kept_state" => (RewindKind.WeightsAndState, 5, 5),
            _ => (RewindKind.FineTune, 12, 20),
        };
        var (options, state) = Rewinding.Start(rewind, step, dense.Snapshots[from], net, whole);
        var trainer = new MaskedTrainer(net, s => golden.Batch(s, type), options, golden.Masks($"rewind.{optimiser}.mask", type)) { State = state };
        using var result = trainer.Run(cancellation: TestContext.Current.CancellationToken);
        golden.AssertEqual($"rewind.{optimiser}.{kind}.step20", net, 1e-12);
        Assert.Equal(step + 1, golden.Json($"rewind.{optimiser}.{kind}").GetProperty("first_step").GetInt32());
        Assert.All(golden.Losses($"rewind.{optimiser}.{kind}").Zip(result.Members[0].TrainingLosses), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        Assert.Equal(step == 0 ? [5, 20] : [20], result.Snapshots.Keys);
        Assert.Equal(kind == "to5_kept_state" ? 20 : 20 - step, result.Snapshots[20].Optimiser!.StepCount);
    }

    [Fact]
    public void Learning_rate_rewinding_trains_the_last_weights_on_the_earlier_schedule()
    {
        using var golden = new TrainingGolden("mlp");
        using var scope = NewDisposeScope();
        using var net = golden.Net(ScalarType.Float64);
        var whole = new MaskedTrainingOptions { LastStep = 20, Schedule = golden.RewindSchedule("sgd"), Optimiser = TrainingGolden.Options("sgd"), SnapshotAt = [20] };
        using var dense = new MaskedTrainer(net, s => golden.Batch(s, ScalarType.Float64), whole).Run(cancellation: TestContext.Current.CancellationToken);

        // From step 12 on the schedule is flat: the same as fine-tuning; from step 11 on it isn't.
        var tuned = Finish(RewindKind.FineTune, 12);
        Assert.Equal(tuned, Finish(RewindKind.LearningRate, 12));
        Assert.NotEqual(Finish(RewindKind.FineTune, 11), Finish(RewindKind.LearningRate, 11));
        Assert.Throws<ArgumentException>(() => Finish(RewindKind.Weights, 12));
        Assert.Throws<PrunusInputException>(() => Finish(RewindKind.LearningRate, 20));

        double[] Finish(RewindKind kind, int step)
        {
            var (options, _) = Rewinding.Start(kind, step, dense.Snapshots[20], net, whole);
            new MaskedTrainer(net, s => golden.Batch(s, ScalarType.Float64), options with { SnapshotAt = [] }).Run(cancellation: TestContext.Current.CancellationToken).Dispose();
            return [.. net.Parameters.Values.SelectMany(p => p.data<double>().ToArray())];
        }
    }
}
