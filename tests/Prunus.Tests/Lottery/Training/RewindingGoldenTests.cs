using System.Globalization;
using Prunus.Lottery;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;
using Prunus.Tests.Lottery.Masks;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Training;

/// <summary>What a pruned net starts from, against goldens/lottery/training: <c>rewind.OPTIMISER.KIND</c>, the kind <c>finetune</c>, <c>toK</c>, or <c>toK_…_state</c>.</summary>
public sealed class RewindingGoldenTests
{
    public static TheoryData<string> Cases { get; } = new(TrainingGolden.Cases(g => g.Json.Names.Where(n => n.StartsWith("rewind.", StringComparison.Ordinal))));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rewound_training_equals_the_reference(string name)
    {
        var type = ScalarType.Float64;
        using var golden = new TrainingGolden(name.Split(' ')[0]);
        using var scope = NewDisposeScope();
        using var net = golden.Net(type);
        var (key, parts) = (name.Split(' ')[^1], name.Split(' ')[^1].Split('.'));
        var (optimiser, step) = (parts[1], golden.File.Json[key]["first_step"].Integer - 1);
        var kind = parts[2] == "finetune" ? RewindKind.FineTune : RewindKind.Weights;
        var whole = Whole(golden, optimiser) with { SnapshotAt = [.. golden.StepsUnder($"rewind.{optimiser}.dense.").Append(step).Append(golden.Steps).Distinct().Order()] };
        using var dense = Train(golden, net, whole);
        foreach (var at in golden.StepsUnder($"rewind.{optimiser}.dense."))
        {
            dense.Snapshots[at].CopyTo(net);
            golden.AssertEqual($"rewind.{optimiser}.dense.step{at}", net, 1e-12);
        }

        Assert.StartsWith(kind == RewindKind.FineTune ? "finetune" : $"to{step}", parts[2], StringComparison.Ordinal);
        var masks = Cut(golden, dense.Snapshots[golden.Steps], net, $"rewind.{optimiser}.mask");
        var start = dense.Snapshots[Rewinding.KeepsTrained(kind) ? golden.Steps : step];
        start.CopyTo(net);
        var options = Rewinding.After(kind, step, whole with { SnapshotAt = [step, golden.Steps] });
        var state = parts[2].EndsWith("_kept_state", StringComparison.Ordinal) ? start.Optimiser : null;
        using var result = Train(golden, net, options, masks, state);
        golden.AssertEqual($"rewind.{key[7..]}.step{golden.Steps}", net, 1e-12);
        MaskedTrainingGoldenTests.AssertLosses(golden.Losses(key), result, 1e-6);
        Assert.Equal([golden.Steps], result.Snapshots.Keys);
        Assert.Equal(golden.Steps - (state is null ? step : 0), result.Snapshots[golden.Steps].Optimiser!.StepCount);
        golden.File.AssertAllRead(key);
        golden.File.AssertAllRead($"rewind.{optimiser}.dense");
        golden.File.AssertAllRead($"rewind.{optimiser}.mask");
    }

    [Fact]
    public void Learning_rate_rewinding_trains_the_last_weights_on_the_earlier_schedule()
    {
        using var golden = new TrainingGolden(TrainingGolden.Nets[^1]);
        using var scope = NewDisposeScope();
        using var net = golden.Net(ScalarType.Float64);
        var whole = Whole(golden, "sgd") with { SnapshotAt = [golden.Steps] };
        var drop = whole.Schedule.Drops[0];
        using var dense = Train(golden, net, whole);

        // From the drop on the schedule is flat: the same as fine-tuning; from the step before on it isn't.
        Assert.InRange(Apart(drop), 0, 1e-14);
        Assert.InRange(Apart(drop - 1), 1e-6, 1);
        Assert.Throws<PrunusInputException>(() => Finish(RewindKind.LearningRate, golden.Steps));

        double Apart(int step) => Finish(RewindKind.FineTune, step).Zip(Finish(RewindKind.LearningRate, step), (a, b) => Math.Abs(a - b)).Max();

        double[] Finish(RewindKind kind, int step)
        {
            dense.Snapshots[golden.Steps].CopyTo(net);
            Train(golden, net, Rewinding.After(kind, step, whole) with { SnapshotAt = [] }).Dispose();
            return [.. net.Parameters.Values.SelectMany(p => p.data<double>().ToArray())];
        }
    }

    // The rate falls where fine-tuning begins; after step 12 where nothing is fine-tuned.
    private static MaskedTrainingOptions Whole(TrainingGolden golden, string optimiser) => new()
    {
        LastStep = golden.Steps,
        Schedule = new() { Rate = golden.Rate(optimiser), Drops = [golden.File.Json.Has($"rewind.{optimiser}.finetune") ? golden.File.Json[$"rewind.{optimiser}.finetune"]["first_step"].Integer - 1 : 12] },
        Optimiser = TrainingGolden.Options(optimiser),
    };

    private static MaskedTrainingResult Train(
        TrainingGolden golden, VisionTicketNet net, MaskedTrainingOptions options, IReadOnlyDictionary<string, Tensor>? masks = null, OptimiserState? state = null) =>
        new MaskedTrainer(net, s => golden.Batch(s, ScalarType.Float64), options, masks) { State = state }.Run(cancellation: TestContext.Current.CancellationToken);

    // Our own cut of the trained net, which must be the reference's.
    private static Dictionary<string, Tensor> Cut(TrainingGolden golden, TicketSnapshot trained, VisionTicketNet net, string prefix)
    {
        var weights = net.Tensors.Where(t => t.IsPrunable).ToList();
        var share = WholePercent.Of(weights.Select(t => (IReadOnlyList<long>)[t.ElementCount, golden.File.Mask($"{prefix}.{t.Name}").Kept]));
        var magnitudes = weights.ToDictionary(t => t.Name, t => trained.Parameters[t.Name].abs().contiguous().data<double>().ToArray());
        var cut = MaskCut.Round(weights, MaskSet.Full(weights), magnitudes, new() { Rates = new(share) }).Masks;
        Assert.All(cut.Names, n => Assert.Equal(golden.File.Mask($"{prefix}.{n}"), cut[n]));
        return MaskTensors.Of(cut, CPU, ScalarType.Float64);
    }
}
