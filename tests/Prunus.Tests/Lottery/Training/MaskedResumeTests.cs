using Prunus.Lottery;
using Prunus.Lottery.Stacking;
using Prunus.Lottery.Training;
using Prunus.Tests.Lottery.Stacking;
using Prunus.Tests.Training;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Training;

/// <summary>A masked training that was stopped at any moment and repeated equals the uninterrupted one byte for byte.</summary>
public sealed class MaskedResumeTests
{
    public static TheoryData<OptimiserOptions, int, int> Kills { get; } = new(
        from optimiser in new OptimiserOptions[] { new SgdOptions { Nesterov = true }, new AdamOptions { WeightDecay = 1e-3 } }
        from kill in new[] { (0, 0), (3, 0), (6, 6), (7, 6), (19, 18), (29, 24) }
        select (optimiser, kill.Item1, kill.Item2));

    [Theory]
    [MemberData(nameof(Kills))]
    public void Killed_training_resumes_at_its_last_state(OptimiserOptions optimiser, int killedAt, int resumesFrom)
    {
        using var folder = new ScratchFolder();
        var options = SmallTrainings.Options with { Optimiser = optimiser };
        var straight = Attempt(options);
        var resumable = options with { CheckpointFolder = folder.Path };
        Assert.Throws<InvalidOperationException>(() => Attempt(resumable, killedAt));
        var again = Attempt(resumable);
        Assert.Equal(resumesFrom, again.ResumedFrom);
        Assert.Equal(straight.Content, again.Content);
        Assert.Equal((30, straight.Content), Attempt(resumable));
    }

    [Fact]
    public void Cancelled_training_keeps_the_step_it_stood_at()
    {
        using var folder = new ScratchFolder();
        using var source = new CancellationTokenSource();
        var options = SmallTrainings.Options with { CheckpointFolder = folder.Path };
        Assert.Throws<OperationCanceledException>(() => Attempt(options, cancelAt: 10, cancellation: source));
        var again = Attempt(options);
        Assert.Equal(11, again.ResumedFrom);
        Assert.Equal(Attempt(SmallTrainings.Options).Content, again.Content);
    }

    [Fact]
    public void Kept_optimiser_state_goes_on_counting_after_a_resume()
    {
        using var folder = new ScratchFolder();
        using var scope = NewDisposeScope();
        var whole = SmallTrainings.Options with { Optimiser = new AdamOptions() };
        using var net = new VisionTicketNet(SmallTrainings.Nets(1)[0]);
        using var dense = new MaskedTrainer(net, SmallTrainings.Batch, whole).Run(cancellation: TestContext.Current.CancellationToken);
        var (options, state) = (Rewinding.After(RewindKind.Weights, 5, whole), dense.Snapshots[5].Optimiser);
        Train(options, SmallTrainings.Batch);
        var straight = SmallTrainings.Bytes(net.Parameters);
        var resumable = options with { CheckpointFolder = folder.Path };
        Assert.Throws<InvalidOperationException>(() => Train(resumable, step => step == 16 ? throw new InvalidOperationException() : SmallTrainings.Batch(step)));
        Train(resumable, SmallTrainings.Batch);
        Assert.Equal(straight, SmallTrainings.Bytes(net.Parameters));

        void Train(MaskedTrainingOptions options, Func<int, TicketBatch> batches)
        {
            dense.Snapshots[5].CopyTo(net);
            new MaskedTrainer(net, batches, options, SmallTrainings.Masks(0)) { State = state }.Run(cancellation: TestContext.Current.CancellationToken).Dispose();
        }
    }

    [Fact]
    public void Cancelled_training_by_written_out_steps_goes_on_to_the_same_bytes()
    {
        using var folder = new ScratchFolder();
        using var source = new CancellationTokenSource();
        var options = SmallTrainings.Options with { Optimiser = new AdamOptions(), SaveEvery = 0, CheckpointFolder = folder.Path };
        var straight = Stepped(options with { CheckpointFolder = null }, null);
        Assert.Throws<OperationCanceledException>(() => Stepped(options, source));
        var again = Stepped(options, null);
        Assert.Equal(8, again.ResumedFrom);
        Assert.Equal(straight.Content, again.Content);
    }

    [Fact]
    public void State_of_another_training_is_refused()
    {
        using var folder = new ScratchFolder();
        var options = SmallTrainings.Options with { CheckpointFolder = folder.Path };
        Attempt(options);
        Assert.Throws<PrunusInputException>(() => Attempt(options with { LastStep = 31 }));
        Assert.Throws<PrunusInputException>(() => Attempt(options with { Identity = "seed 2" }));
        Assert.Throws<PrunusInputException>(() => Attempt(options, mask: 1));
        File.WriteAllText(Path.Combine(folder.Path, "states", "step-00000030", "state.safetensors"), "junk");
        Assert.Contains("state.safetensors", Assert.Throws<PrunusInputException>(() => Attempt(options)).Message, StringComparison.Ordinal);
    }

    // Cancelled when the first evaluation after the start, at step 8, is told.
    private static (int ResumedFrom, string Content) Stepped(MaskedTrainingOptions options, CancellationTokenSource? cancelled)
    {
        using var scope = NewDisposeScope();
        using var net = VisionStack.Of(StackSamples.Nets(VisionNets.Named("mlp:7", new MapShape(1, 4, 4)), 2, ScalarType.Float32));
        using var data = new StepData(StackSamples.Normal(3, ScalarType.Float32, 30, 1, 4, 4), StackSamples.Labels(30), 6, new EpochOrder([1, 2], 30, 6).Fill);
        var masks = net.Parameters.Where(p => p.Key == "fc1.weight").ToDictionary(p => p.Key, p => p.Value.gt(-0.1f).to(ScalarType.Float32));
        using var stepper = new StackedMlpStep(net, data, options.Optimiser, masks);
        using var result = new MaskedTrainer(net, stepper, options, masks) { Validation = SmallTrainings.Validation }
            .Run(new Told(s => (s == 8 ? cancelled : null)?.Cancel()), cancelled?.Token ?? TestContext.Current.CancellationToken);
        var tensors = net.Parameters.Concat(stepper.State().Select(s => KeyValuePair.Create(s.Name, s.Tensor))).Concat(options.SnapshotAt.SelectMany(s => result.Snapshots[s].Parameters));
        return (result.ResumedFrom, $"{Convert.ToHexString(SmallTrainings.Bytes(tensors))} {string.Join(' ', result.Members.SelectMany(m => m.TrainingLosses))} {string.Join(' ', result.Members.SelectMany(m => m.Points))}");
    }

    private sealed class Told(Action<int> tell) : IProgress<int>
    {
        public void Report(int value) => tell(value);
    }

    private static (int ResumedFrom, string Content) Attempt(
        MaskedTrainingOptions options, int killedAt = -1, int cancelAt = -1, CancellationTokenSource? cancellation = null, int mask = 0)
    {
        using var scope = NewDisposeScope();
        using var net = new VisionTicketNet(SmallTrainings.Nets(1)[0]);
        var trainer = new MaskedTrainer(net, Batch, options, SmallTrainings.Masks(mask)) { Validation = SmallTrainings.Validation, Test = SmallTrainings.Test };
        using var result = trainer.Run(cancellation: cancellation?.Token ?? TestContext.Current.CancellationToken);
        var tensors = net.Parameters.Concat(net.Buffers).Concat(options.SnapshotAt.SelectMany(step =>
            result.Snapshots[step].Parameters.Concat(result.Snapshots[step].Buffers).Concat(result.Snapshots[step].Optimiser!.Tensors)));
        var curve = result.Members[0];
        return (result.ResumedFrom, $"{Convert.ToHexString(SmallTrainings.Bytes(tensors))} {string.Join(' ', curve.TrainingLosses)} {string.Join(' ', curve.Points)} "
            + string.Join(' ', options.SnapshotAt.Select(step => result.Snapshots[step].Optimiser!.StepCount)));

        TicketBatch Batch(int step)
        {
            if (step == cancelAt)
            {
                cancellation!.Cancel();
            }

            return step == killedAt ? throw new InvalidOperationException("killed") : SmallTrainings.Batch(step);
        }
    }
}
