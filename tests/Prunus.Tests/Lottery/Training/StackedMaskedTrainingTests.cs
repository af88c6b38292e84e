using Prunus.Lottery;
using Prunus.Lottery.Stacking;
using Prunus.Lottery.Training;
using Prunus.Tests.Lottery.Stacking;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Training;

/// <summary>A stack trains as its members would apart.</summary>
public sealed class StackedMaskedTrainingTests
{
    private static readonly MaskedTrainingOptions Options = SmallTrainings.Options with { LastStep = 50, SnapshotAt = [], Threads = null };

    [Theory]
    [InlineData(true, ScalarType.Float64, 1e-11)]
    [InlineData(false, ScalarType.Float64, 1e-11)]
    [InlineData(false, ScalarType.Float32, 1e-5)]
    public void Stack_equals_separate_trainings(bool adam, ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        var options = Options with { Optimiser = adam ? new AdamOptions { WeightDecay = 1e-4 } : new SgdOptions { WeightDecay = 1e-4 } };
        var nets = SmallTrainings.Nets(3, type);
        using var stacked = VisionStack.Of(nets);
        var members = Enumerable.Range(0, 3).Select(m => SmallTrainings.Masks(m, type)).ToArray();
        using var together = Run(stacked, options, members[0].Keys.ToDictionary(name => name, name => stack(members.Select(m => m[name]))), type);
        for (var m = 0; m < 3; m++)
        {
            using var single = new VisionTicketNet(nets[m]);
            using var alone = Run(single, options, members[m], type);
            Assert.All(single.Parameters.Concat(single.Buffers), t =>
                Assert.True(StackSamples.Difference(t.Value, (stacked.Parameters.TryGetValue(t.Key, out var p) ? p : stacked.Buffers[t.Key])[m]) < tolerance, t.Key));
            Assert.All(alone.Members[0].TrainingLosses.Zip(together.Members[m].TrainingLosses), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
            Assert.Equal(alone.Members[0].Points.Select(p => (p.Step, p.ValidationAccuracy, p.TestAccuracy)), together.Members[m].Points.Select(p => (p.Step, p.ValidationAccuracy, p.TestAccuracy)));
            Assert.Equal(alone.Members[0].EarlyStop!.Value.Step, together.Members[m].EarlyStop!.Value.Step);
        }
    }

    [Fact]
    public void Evaluation_is_the_same_together_in_pieces_and_apart()
    {
        using var scope = NewDisposeScope();
        using var stacked = VisionStack.Of(SmallTrainings.Nets(3, ScalarType.Float64));
        EvaluationSet set = new(2, i => SmallTrainings.Batch(1000 + i, ScalarType.Float64));
        var apart = MemberLosses.Evaluate(stacked, set);
        foreach (var values in (long[])[long.MaxValue, 5 * 3 * 16, 1])
        {
            Assert.True(StackSamples.Difference(apart, MemberLosses.Evaluate(stacked, set, [], values)) < 1e-12);
        }
    }

    [Fact]
    public void A_member_that_diverges_is_marked_and_the_others_go_on()
    {
        using var scope = NewDisposeScope();
        var nets = SmallTrainings.Nets(2);
        using var single = new VisionTicketNet(nets[0]);
        using var stacked = VisionStack.Of(nets);
        var poison = ones([2, 1], dtype: ScalarType.Float32);
        poison[1] = float.NaN;
        using var result = new MaskedTrainer(stacked, Batch, Options) { Validation = SmallTrainings.Validation }.Run(cancellation: TestContext.Current.CancellationToken);
        using var alone = new MaskedTrainer(single, SmallTrainings.Batch, Options) { Validation = SmallTrainings.Validation }.Run(cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([null, 11], result.Members.Select(m => m.DivergedAt));
        Assert.True(double.IsNaN(result.Members[1].Points[^1].ValidationLoss));
        Assert.InRange(result.Members[1].EarlyStop!.Value.Step, 3, 8);
        Assert.Equal(alone.Members[0].Points[^1].ValidationLoss, result.Members[0].Points[^1].ValidationLoss, 1e-4);

        // Step 11 is the eleventh: the one after ten done. Images [2,N,…], each member's own.
        TicketBatch Batch(int step)
        {
            var batch = SmallTrainings.Batch(step);
            var own = batch.Inputs.unsqueeze(0).repeat(2, 1, 1, 1, 1);
            return batch with { Inputs = step == 10 ? own * poison.view(2, 1, 1, 1, 1) : own };
        }
    }

    // Its only loss is that of the first weights; 1e39 is infinite in float32.
    [Fact]
    public void A_net_that_its_last_step_breaks_is_marked()
    {
        using var scope = NewDisposeScope();
        using var net = new VisionTicketNet(SmallTrainings.Nets(1)[0]);
        var options = Options with { LastStep = 1, EvaluateAt = [], Schedule = LearningRateSchedule.Constant(1e39) };
        using var result = new MaskedTrainer(net, SmallTrainings.Batch, options).Run(cancellation: TestContext.Current.CancellationToken);
        Assert.True(float.IsFinite(Assert.Single(result.Members[0].TrainingLosses)));
        Assert.Equal(1, result.Members[0].DivergedAt);
    }

    [Fact]
    public void Members_with_a_weight_or_statistic_that_is_not_finite_are_found()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var stacked = VisionStack.Of(SmallTrainings.Nets(4));
        Assert.Equal([true, true, true, true], FiniteMembers.Of(stacked));
        stacked.Parameters["fc.weight"][1, 2, 3] = float.NaN;
        stacked.Buffers["bn.running_var"][3, 0] = float.PositiveInfinity;
        Assert.Equal([true, false, true, false], FiniteMembers.Of(stacked));
        using var single = new VisionTicketNet(SmallTrainings.Nets(1)[0]);
        Assert.Equal([true], FiniteMembers.Of(single));
        single.Parameters["fc.bias"][0] = float.NegativeInfinity;
        Assert.Equal([false], FiniteMembers.Of(single));
    }

    private static MaskedTrainingResult Run(ITicketNet net, MaskedTrainingOptions options, IReadOnlyDictionary<string, Tensor> masks, ScalarType type) =>
        new MaskedTrainer(net, step => SmallTrainings.Batch(step, type), options, masks)
        {
            Validation = new(2, i => SmallTrainings.Batch(1000 + i, type)),
            Test = new(1, i => SmallTrainings.Batch(2000, type)),
        }.Run(cancellation: TestContext.Current.CancellationToken);
}
