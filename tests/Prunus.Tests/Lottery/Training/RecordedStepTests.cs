using Prunus.Lottery;
using Prunus.Lottery.Supermasks;
using Prunus.Lottery.Training;
using Prunus.Tests.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Training;

/// <summary>Recorded steps with recorders that need no GPU: what is launched is the same work done again.</summary>
public sealed class RecordedStepTests
{
    // Rates that float32 holds exactly: there they lie on the device.
    private static readonly MaskedTrainingOptions Sgd = SmallTrainings.Options with
    {
        Schedule = new() { Rate = 0.0625, Drops = [20], DropFactor = 0.5 }, SnapshotAt = [0, 30],
    };

    private static readonly MaskedTrainingOptions Adam = Sgd with { Optimiser = new AdamOptions { WeightDecay = 1e-3 } };

    public static TheoryData<string> Optimisers => ["sgd", "adam"];

    [Theory, MemberData(nameof(Optimisers))]
    public void Gives_what_steps_one_by_one_give(string optimiser)
    {
        var launches = 0;
        var (expected, _) = Train(Options(optimiser), null);
        var (found, fault) = Train(Options(optimiser), () => new Repeater(work => { launches++; work(); }));
        Assert.Null(fault);
        Assert.Equal(expected, found);
        Assert.Equal(30 - RecordedStep.Before, launches);
    }

    [Theory, MemberData(nameof(Optimisers))]
    public void A_recording_that_does_something_else_is_seen_and_not_used(string optimiser)
    {
        var (expected, _) = Train(Options(optimiser), null);
        var (found, fault) = Train(Options(optimiser), () => new Repeater(_ => { }));
        Assert.Equal("a recorded step ended 100% of a step elsewhere", fault!.Replace(" %", "%", StringComparison.Ordinal));
        Assert.Equal(expected, found);
        (found, fault) = Train(Options(optimiser), () => new Repeater(work => { work(); work(); }));
        Assert.NotNull(fault);
        Assert.Equal(expected, found);
    }

    // Counts and moments move as they should, and farther than weights at so small a rate.
    [Fact]
    public void A_recording_that_leaves_the_weights_is_seen()
    {
        using var scope = NewDisposeScope();
        using var net = new VisionTicketNet(SmallTrainings.Nets(1)[0]);
        var trainer = new MaskedTrainer(net, SmallTrainings.Batch, Adam with { Schedule = new() { Rate = 1e-6 } }) { Recorder = () => new Repeater(Launch) };
        trainer.Run(cancellation: TestContext.Current.CancellationToken).Dispose();
        Assert.StartsWith("a recorded step ended 100", trainer.RecordingFault, StringComparison.Ordinal);

        void Launch(Action work)
        {
            Tensor[] weights = [.. net.Parameters.Values.Select(w => w.detach().clone())];
            work();
            using var noGradient = no_grad();
            foreach (var (weight, before) in net.Parameters.Values.Zip(weights))
            {
                weight.copy_(before);
            }
        }
    }

    [Fact]
    public void A_recording_that_cannot_be_launched_is_not_used()
    {
        var (expected, _) = Train(Adam, null);
        var (found, fault) = Train(Adam, () => new Repeater(_ => throw new PrunusRunException("the driver", "launches nothing", "go on")));
        Assert.Equal("the driver: launches nothing; go on", fault);
        Assert.Equal(expected, found);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(9)]
    public void A_recording_whose_memory_is_gone_is_not_used_any_more(int launches)
    {
        var (expected, _) = Train(Adam, null);
        var (found, fault) = Train(Adam, () => new Repeater(work => work(), launches));
        Assert.Contains("memory", fault, StringComparison.Ordinal);
        Assert.Contains("went to others", fault, StringComparison.Ordinal);
        Assert.Equal(expected, found);
    }

    [Fact]
    public void What_cannot_be_recorded_is_done_one_by_one()
    {
        var (expected, _) = Train(Adam, null);
        var (found, fault) = Train(Adam, () => new Repeater(null));
        Assert.Equal("the driver: refuses; go on", fault);
        Assert.Equal(expected, found);
    }

    public static TheoryData<SupermaskRule> Rules => new((SupermaskRule[])[new EdgePopup(0.5), new EdgePopup(0.5) { Global = true, Scaled = true }, new BernoulliMasks(), new BernoulliMasks { Rescaling = MaskRescaling.Differentiated }]);

    // What masks are drawn with is drawn anew before each step, into the same memory.
    [Theory, MemberData(nameof(Rules))]
    public void Scores_of_a_supermask_train_likewise(SupermaskRule rule)
    {
        var expected = Scores(null);
        Assert.Equal(expected, Scores(() => new Repeater(work => work())));
        Assert.Equal(rule is BernoulliMasks, !expected.SequenceEqual(Scores(null, seed: 3)));

        byte[] Scores(Func<IStepRecorder>? recorder, ulong seed = 2)
        {
            using var scope = NewDisposeScope();
            using var net = new VisionTicketNet(SmallTrainings.Nets(1)[0]);
            using var scored = SupermaskNet.Of(net, rule, 1);
            var trainer = new MaskedTrainer(scored, Batch, Sgd) { Recorder = recorder };
            trainer.Run().Dispose();
            Assert.Null(trainer.RecordingFault);
            return SmallTrainings.Bytes(scored.Parameters);

            TicketBatch Batch(int step)
            {
                scored.DrawFor(seed, step);
                return SmallTrainings.Batch(step);
            }
        }
    }

    [Fact]
    public void Leaves_no_tensor() => TensorLeaks.AssertNone(() => Train(Adam, () => new Repeater(work => work())));

    private static MaskedTrainingOptions Options(string optimiser) => optimiser == "sgd" ? Sgd : Adam;

    private static (byte[] Bytes, string? Fault) Train(MaskedTrainingOptions options, Func<IStepRecorder>? recorder)
    {
        using var scope = NewDisposeScope();
        using var net = new VisionTicketNet(SmallTrainings.Nets(1)[0]);
        var trainer = new MaskedTrainer(net, SmallTrainings.Batch, options, SmallTrainings.Masks(0)) { Recorder = recorder };
        using var result = trainer.Run();
        return ([.. SmallTrainings.Bytes(net.Parameters.Concat(net.Buffers)), .. result.Members[0].TrainingLosses.SelectMany(BitConverter.GetBytes)], trainer.RecordingFault);
    }

    // Launches by doing something with the recorded work, so many times; null refuses to record.
    private sealed class Repeater(Action<Action>? launch, int launches = int.MaxValue) : IStepRecorder
    {
        public IRecording Record(Func<nint[]> work)
        {
            if (launch is null)
            {
                throw new PrunusRunException("the driver", "refuses", "go on");
            }

            Assert.DoesNotContain((nint)0, work());
            return new Recording(() => launch(() => work()), launches);
        }

        public void Dispose()
        {
        }

        private sealed class Recording(Action launch, int left) : IRecording
        {
            public bool Launch()
            {
                if (left-- == 0)
                {
                    return false;
                }

                launch();
                return true;
            }

            public void Dispose()
            {
            }
        }
    }
}
