using Prunus.Lottery;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Tests.Native;
using Prunus.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Training;

public sealed class MaskedTrainerTests
{
    [Fact]
    public void Evaluates_and_copies_where_asked()
    {
        using var scope = NewDisposeScope();
        using var net = new VisionTicketNet(SmallTrainings.Nets(1)[0]);
        var told = new List<int>();
        var trainer = new MaskedTrainer(net, SmallTrainings.Batch, SmallTrainings.Options) { Test = SmallTrainings.Test };
        using var result = trainer.Run(new Immediate<int>(told.Add), TestContext.Current.CancellationToken);
        var curve = Assert.Single(result.Members);
        Assert.Equal([3, 8, 16, 24, 30], curve.Points.Select(p => p.Step));
        Assert.Equal(told, curve.Points.Select(p => p.Step));
        Assert.Equal(30, curve.TrainingLosses.Count);
        Assert.Equal([0, 5, 30], result.Snapshots.Keys);
        Assert.Null(curve.EarlyStop);
        Assert.True(double.IsNaN(curve.At(8).ValidationLoss));
        Assert.Throws<ArgumentException>(() => curve.At(9));
        result.Snapshots[30].CopyTo(net);
        var (loss, hits) = (nn.functional.cross_entropy(net.Forward(SmallTrainings.Batch(2000).Inputs), SmallTrainings.Batch(2000).Targets).item<float>(),
            net.Forward(SmallTrainings.Batch(2000).Inputs).argmax(1).eq(SmallTrainings.Batch(2000).Targets).sum().item<long>());
        Assert.Equal(loss, curve.At(30).TestLoss, 1e-5);
        Assert.Equal(hits / 12.0, curve.At(30).TestAccuracy);
        Assert.All(net.Parameters.Values, p => Assert.False(p.requires_grad));
    }

    [Fact]
    public void Training_leaves_no_tensor() => TensorLeaks.AssertNone(() =>
    {
        using var scope = NewDisposeScope();
        using var net = new VisionTicketNet(SmallTrainings.Nets(1)[0]);
        using var teacher = new VisionTicketNet(SmallTrainings.Nets(1)[0]);
        new MaskedTrainer(net, SmallTrainings.Batch, SmallTrainings.Options, SmallTrainings.Masks(0))
        {
            Validation = SmallTrainings.Validation,
            Distillation = new(teacher),
        }.Run().Dispose();
    });

    [Fact]
    public void Early_stop_is_the_first_minimum()
    {
        var curve = new TrainingCurve([], [Point(100, 0.5), Point(200, double.NaN), Point(300, 0.3), Point(400, 0.4), Point(500, 0.3)], null);
        Assert.Equal(300, curve.EarlyStop!.Value.Step);
        Assert.Equal(0.97, curve.EarlyStop.Value.TestAccuracy);
        Assert.Equal((500, 400), (curve.EarlyStopAfter(400)!.Value.Step, (curve with { Points = [.. curve.Points.Take(4)] }).EarlyStopAfter(300)!.Value.Step));
        Assert.Null(curve.EarlyStopAfter(500));

        static CurvePoint Point(int step, double loss) => new(step, loss, 0, 0, step == 300 ? 0.97 : 0.5);
    }

    [Fact]
    public void Distillation_mixes_by_hand()
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        using var teacher = new VisionTicketNet(SmallTrainings.Nets(2)[1]);
        var batch = SmallTrainings.Batch(0);
        var logits = StackSamplesLogits();
        var mixed = new TicketDistillation(teacher, 2, 0.25).Mix(tensor(1.5f), logits, batch.Inputs).item<float>();
        var (p, q) = ((teacher.Forward(batch.Inputs) / 2).softmax(1), (logits / 2).softmax(1));
        Assert.Equal(0.75 * 1.5 + 0.25 * (p * (p.log() - q.log())).sum(1).mean().item<float>(), mixed, 1e-5);

        static Tensor StackSamplesLogits() => Stacking.StackSamples.Normal(9, ScalarType.Float32, 12, 10);
    }

    [Fact]
    public void Distillation_alone_pulls_the_student_to_its_teacher()
    {
        using var scope = NewDisposeScope();
        var nets = SmallTrainings.Nets(2);
        using var student = new VisionTicketNet(nets[0]);
        using var teacher = new VisionTicketNet(nets[1]);
        var options = SmallTrainings.Options with { LastStep = 60, Optimiser = new AdamOptions(), Schedule = LearningRateSchedule.Constant(0.02), SnapshotAt = [] };
        using var result = new MaskedTrainer(student, SmallTrainings.Batch, options) { Distillation = new(teacher, Weight: 1) }.Run(cancellation: TestContext.Current.CancellationToken);
        Assert.True(result.Members[0].TrainingLosses[^1] < 0.3 * result.Members[0].TrainingLosses[0]);
    }

    [Fact]
    public void Faults_are_listed_together()
    {
        var options = new MaskedTrainingOptions
        {
            FirstStep = 10,
            LastStep = 5,
            Schedule = LearningRateSchedule.Constant(0),
            Optimiser = new SgdOptions { Momentum = 1, WeightDecay = -1 },
            EvaluateAt = [3],
            SnapshotAt = [7],
            SaveEvery = -1,
        };
        var message = Assert.Throws<PrunusInputException>(options.Validate).Message;
        Assert.All(["last step 5", "learning rate 0", "momentum 1", "weight decay -1", "evaluation at step 3", "snapshot at step 7", "save every -1"],
            part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Optimiser_refuses_what_is_not_its_own()
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        var weights = new Dictionary<string, Tensor> { ["w"] = ones(2, 3) };
        Assert.Throws<ArgumentException>(() => new MaskedOptimiser(weights, new Dictionary<string, Tensor> { ["w"] = ones(3) }, new AdamOptions()));
        Assert.Throws<ArgumentException>(() => new MaskedOptimiser(weights, new Dictionary<string, Tensor> { ["v"] = ones(2, 3) }, new AdamOptions()));
        using var adam = new MaskedOptimiser(weights, null, new AdamOptions());
        using var sgd = new MaskedOptimiser(weights, null, new SgdOptions());
        using var state = sgd.Save();
        Assert.Throws<ArgumentException>(() => adam.Restore(state));
    }
}
