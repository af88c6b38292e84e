using Prunus.Decoders;
using Prunus.Distillation;
using Prunus.Distillation.HiddenStates;
using Prunus.Tests.Native;
using Prunus.Tests.Training;
using Prunus.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Distillation.HiddenStates;

/// <summary>What is trained beside the student, the projection and a moving teacher, resumes with it byte for byte.</summary>
public class TrainedAlongTests
{
    private static readonly TrainerOptions Options = new()
    {
        Steps = 9, BatchSize = TinyDecoders.Batch, BlockLength = TinyDecoders.Length, MicroBatch = 3, Schedule = new() { Peak = 0.02, WarmupSteps = 2 }, SaveEvery = 4, Threads = 1,
    };

    [Theory]
    [InlineData(false, Precision.Float32)]
    [InlineData(true, Precision.Float32)]
    [InlineData(true, Precision.BFloat16)]
    public void Stopped_training_resumes_to_the_same_bytes(bool moving, Precision precision)
    {
        var straight = Run(Options with { Precision = precision }, moving);
        using var folder = new ScratchFolder();
        var options = Options with { Precision = precision, CheckpointFolder = folder.Path };
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Run(options, moving, source, stopAt: 2));
        Assert.Throws<InvalidOperationException>(() => Run(options, moving, killedAt: 6));
        Assert.Equal(straight, Run(options, moving));
    }

    [Fact]
    public void Moving_teacher_learns_the_text_as_training_it_alone_does()
    {
        using var alone = TinyDecoders.Create(2, hidden: 24);
        using (var trainer = new Trainer(alone, new LogitObjective([new(DistillationLosses.CrossEntropy)]), TinyDecoders.Tokens, Options))
        {
            trainer.Run(null, TestContext.Current.CancellationToken);
        }

        using var masters = TinyDecoders.Create(2, hidden: 24);
        using var student = TinyDecoders.Create(1);
        using var teacher = new MovingTeacher(masters, Precision.Float32, Options.AdamW, Options.Schedule);
        using var both = new Trainer(student, new LogitObjective([new(DistillationLosses.ForwardKl)], moving: teacher), TinyDecoders.Tokens, Options);
        var steps = both.Run(null, TestContext.Current.CancellationToken).Steps;
        Assert.Equal(TinyDecoders.Bytes(alone), TinyDecoders.Bytes(masters));
        Assert.True(steps[^1].Terms[1] < steps[0].Terms[1] - 0.3, $"{steps[0].Terms[1]} to {steps[^1].Terms[1]}");
        Assert.Equal(steps[3].Terms[0], steps[3].Loss, 1e-6);
    }

    [Fact]
    public void Checkpoint_without_the_projection_is_refused()
    {
        using var folder = new ScratchFolder();
        var options = Options with { CheckpointFolder = folder.Path };
        Run(options, moving: false);
        Assert.Contains("other options", Assert.Throws<PrunusInputException>(() => Run(options, moving: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_leaks() => TensorLeaks.AssertNone(() => Run(Options with { Precision = Precision.BFloat16 }, moving: true));

    private static string Run(TrainerOptions options, bool moving, CancellationTokenSource? source = null, int stopAt = -1, int killedAt = -1)
    {
        using var masters = TinyDecoders.Create(2, hidden: 24);
        using var student = TinyDecoders.Create(1);
        using var states = new HiddenStateLoss(HiddenStateOptions.Parse("output@last-1,embedding;bias=on"), masters.Config, student.Config, CPU);
        using var teacher = moving ? new MovingTeacher(masters, options.Precision, options.AdamW, options.Schedule with { Peak = 0.004 }) : null;
        using var frozen = TinyDecoders.Create(2, hidden: 24);
        using var trainer = new Trainer(student, new LogitObjective([new(DistillationLosses.ForwardKl)], frozen, states: states, moving: teacher), Tokens, options);
        var progress = new Immediate<TrainingProgress>(p =>
        {
            if (p.Step == stopAt)
            {
                source!.Cancel();
            }
        });
        var result = trainer.Run(progress, source?.Token ?? TestContext.Current.CancellationToken);
        using var projection = states.Projection!.Weight.detach();
        return Convert.ToHexString(TinyDecoders.Bytes(student)) + Convert.ToHexString(TinyDecoders.Bytes(masters)) + Convert.ToHexString(projection.bytes.ToArray())
            + string.Join('\n', result.Steps.Select(s => string.Join(' ', s.Terms)));

        int[,] Tokens(int step) => step == killedAt ? throw new InvalidOperationException("killed") : TinyDecoders.Tokens(step);
    }
}
