using Prunus.Distillation;
using Prunus.Training;

namespace Prunus.Tests.Training;

/// <summary>A run that was stopped at any moment and repeated equals the uninterrupted one byte for byte.</summary>
public class ResumeTests
{
    private const int Steps = 12;

    private static readonly TrainerOptions Options = new()
    {
        Steps = Steps,
        BatchSize = TinyDecoders.Batch,
        BlockLength = TinyDecoders.Length,
        MicroBatch = 3,
        Schedule = new() { Peak = 0.02, WarmupSteps = 3 },
        SaveEvery = 5,
        EvaluateEvery = 4,
        Threads = 1,
    };

    private static readonly (string Weights, string Metrics) Straight = Finish(Options);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(11)]
    public void Cancelled_run_resumes_where_it_stood(int after)
    {
        using var folder = new ScratchFolder();
        var options = Options with { CheckpointFolder = folder.Path };
        using var source = new CancellationTokenSource();
        var report = new Immediate<TrainingProgress>(p =>
        {
            if (p.Step == after)
            {
                source.Cancel();
            }
        });
        Assert.Throws<OperationCanceledException>(() => Attempt(options, report, source));
        Assert.Equal([$"step-{after:D8}"], Names(folder));
        Assert.Equal(Straight, Finish(options, after));
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(5, 5)]
    [InlineData(9, 5)]
    [InlineData(11, 10)]
    public void Killed_run_resumes_at_its_last_checkpoint(int killedAt, int resumesFrom)
    {
        using var folder = new ScratchFolder();
        var options = Options with { CheckpointFolder = folder.Path };
        Assert.Throws<InvalidOperationException>(() => Attempt(options, killedAt: killedAt));

        // What a kill inside a save leaves: a partial folder, with or without a whole older one.
        var partial = Directory.CreateDirectory(Path.Combine(folder.Path, "partial-step-00000099"));
        File.WriteAllText(Path.Combine(partial.FullName, "state.safetensors"), "half");
        Assert.Equal(Straight, Finish(options, resumesFrom));
        Assert.Equal([$"step-{Steps:D8}"], Names(folder));
    }

    [Fact]
    public void Ended_early_it_goes_on_to_the_same_bytes()
    {
        using var folder = new ScratchFolder();
        var options = Options with { CheckpointFolder = folder.Path };
        Finish(options with { StopAt = 4 });
        Assert.Equal(["step-00000004"], Names(folder));
        Assert.Equal(Straight, Finish(options with { StopAt = 99 }, 4));
    }

    [Fact]
    public void Kill_before_the_older_checkpoint_is_removed_leaves_the_newer_one_in_charge()
    {
        using var folder = new ScratchFolder();
        var options = Options with { CheckpointFolder = folder.Path };
        Assert.Throws<InvalidOperationException>(() => Attempt(options, killedAt: 7));
        using var aside = new ScratchFolder();
        Directory.Move(Path.Combine(folder.Path, "step-00000005"), aside.Path);
        Directory.Delete(folder.Path, recursive: true);
        Assert.Throws<InvalidOperationException>(() => Attempt(options, killedAt: 11));
        Directory.Move(aside.Path, Path.Combine(folder.Path, "step-00000005"));
        Assert.Equal(Straight, Finish(options, 10));
        Assert.Equal([$"step-{Steps:D8}"], Names(folder));
    }

    [Fact]
    public void Finished_run_is_not_done_again()
    {
        using var folder = new ScratchFolder();
        var options = Options with { CheckpointFolder = folder.Path };
        Finish(options);
        Assert.Equal(Straight, Finish(options, Steps));
    }

    [Fact]
    public void Checkpoint_of_another_run_is_refused()
    {
        using var folder = new ScratchFolder();
        var options = Options with { CheckpointFolder = folder.Path };
        Finish(options);
        Assert.Contains("other options", Assert.Throws<PrunusInputException>(() => Finish(options with { BatchSize = 2 })).Message, StringComparison.Ordinal);
        Assert.Contains("other options", Assert.Throws<PrunusInputException>(() => Finish(options with { Identity = "seed 2" })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("training.json", "{}")]
    [InlineData("training.json", null)]
    [InlineData("training.json", "{\"format\":\"prunus-training/1\",\"step\":\"x\",\"threads\":1,\"identity\":\"\"}")]
    [InlineData("state.safetensors", "junk")]
    [InlineData("state.safetensors", null)]
    public void Damaged_checkpoint_is_one_error(string file, string? content)
    {
        using var folder = new ScratchFolder();
        var options = Options with { CheckpointFolder = folder.Path };
        Finish(options);
        var path = Path.Combine(folder.Path, $"step-{Steps:D8}", file);
        File.Delete(path);
        if (content is not null)
        {
            File.WriteAllText(path, content);
        }

        Assert.Contains(file, Assert.Throws<PrunusInputException>(() => Finish(options)).Message, StringComparison.Ordinal);
    }

    private static string?[] Names(ScratchFolder folder) => [.. Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName)];

    private static (string Weights, string Metrics) Finish(TrainerOptions options, int? resumesFrom = null)
    {
        var (weights, result) = Attempt(options);
        if (resumesFrom is { } step)
        {
            Assert.Equal(step, result.ResumedFrom);
        }

        var metrics = string.Join('\n', result.Steps.Select(s => $"{s.Step} {s.Loss:R} {string.Join(' ', s.Terms)} {s.LearningRate:R} {s.GradientNorm:R}"))
            + string.Join('\n', result.Evaluations.Select(e => $"{e.Step} {e.Value:R}"));
        return (Convert.ToHexString(weights), metrics);
    }

    private static (byte[] Weights, TrainingResult Result) Attempt(
        TrainerOptions options, IProgress<TrainingProgress>? progress = null, CancellationTokenSource? cancellation = null, int killedAt = -1)
    {
        using var teacher = TinyDecoders.Create(2, hidden: 24);
        using var student = TinyDecoders.Create(1);
        var objective = new LogitObjective([new(DistillationLosses.ForwardKl, 1, 2), new(DistillationLosses.CrossEntropy, 0.2)], teacher);
        using var trainer = new Trainer(student, objective, Tokens, options)
        {
            Evaluate = decoder => decoder.Parameters["embed.weight"].sum().item<float>(),
        };
        var result = trainer.Run(progress, cancellation?.Token ?? TestContext.Current.CancellationToken);
        return (TinyDecoders.Bytes(student), result);

        int[,] Tokens(int step) => step == killedAt ? throw new InvalidOperationException("killed") : TinyDecoders.Tokens(step);
    }
}
