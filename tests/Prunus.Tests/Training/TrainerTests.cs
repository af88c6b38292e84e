using Prunus.Decoders;
using Prunus.Distillation;
using Prunus.Tests.Native;
using Prunus.Training;
using TorchSharp;

namespace Prunus.Tests.Training;

public class TrainerTests
{
    private static readonly LogitLossTerm CrossEntropy = new(DistillationLosses.CrossEntropy);
    private static readonly LogitLossTerm ForwardKl = new(DistillationLosses.ForwardKl);

    private static readonly TrainerOptions Options = new()
    {
        Steps = 30,
        BatchSize = TinyDecoders.Batch,
        BlockLength = TinyDecoders.Length,
        Schedule = new() { Peak = 0.02, WarmupSteps = 3 },
        Threads = 1,
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Plain_training_learns(bool tied)
    {
        using var student = TinyDecoders.Create(1, tied: tied);
        var trainer = new Trainer(student, new LogitObjective([CrossEntropy]), TinyDecoders.Tokens, Options);
        var reports = new List<TrainingProgress>();
        var result = trainer.Run(new Immediate<TrainingProgress>(reports.Add), TestContext.Current.CancellationToken);
        Assert.Equal(30, result.Steps.Count);
        Assert.Equal(Enumerable.Range(1, 30), reports.Select(r => r.Step));
        Assert.True(result.Steps[^1].Loss < 0.8 * result.Steps[0].Loss, $"{result.Steps[0].Loss} to {result.Steps[^1].Loss}");
        Assert.All(result.Steps, s => Assert.Equal(s.Loss, s.Terms[0]));
        trainer.Dispose();
        Assert.All(student.Parameters.Values, p => Assert.False(p.requires_grad));
    }

    [Fact]
    public void Distillation_approaches_the_teacher()
    {
        using var teacher = TinyDecoders.Create(2, hidden: 24, layers: 3);
        using var student = TinyDecoders.Create(1);
        using var trainer = new Trainer(student, new LogitObjective([ForwardKl, CrossEntropy with { Weight = 0.1 }], teacher), TinyDecoders.Tokens, Options);
        var result = trainer.Run(cancellation: TestContext.Current.CancellationToken);
        Assert.True(result.Steps[^1].Terms[0] < 0.7 * result.Steps[0].Terms[0]);
        Assert.Equal(result.Steps[4].Terms[0] + (0.1 * result.Steps[4].Terms[1]), result.Steps[4].Loss, 1e-6);
    }

    /// <summary>One step's gradients, seen through the norm, and weights equal those of autograd on the unchunked loss.</summary>
    [Theory]
    [InlineData(null, true)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(3, false)]
    public void Gradient_equals_autograd_on_whole_logits(int? microBatch, bool tied)
    {
        using var teacher = TinyDecoders.Create(2, hidden: 24);
        using var student = TinyDecoders.Create(1, tied: tied);
        double expected;
        using (torch.NewDisposeScope())
        {
            foreach (var parameter in student.Parameters.Values)
            {
                parameter.requires_grad = true;
            }

            var ids = torch.tensor(TinyDecoders.Tokens(0)).to(torch.ScalarType.Int64);
            var logits = student.Head(student.Body(ids));
            var log = torch.nn.functional.log_softmax(logits, -1);
            var target = torch.nn.functional.log_softmax(teacher.Head(teacher.Body(ids)), -1).detach();
            var kl = (target.exp() * (target - log)).sum(-1).mean();
            var ce = torch.nn.functional.cross_entropy(logits.narrow(1, 0, TinyDecoders.Length - 1).flatten(0, 1), ids.narrow(1, 1, TinyDecoders.Length - 1).flatten());
            (kl + (ce * 0.5)).backward();
            expected = Math.Sqrt(student.Parameters.Values.Sum(p => p.grad!.pow(2).sum().item<float>()));
            foreach (var parameter in student.Parameters.Values)
            {
                parameter.grad = null;
            }
        }

        var objective = new LogitObjective([ForwardKl, CrossEntropy with { Weight = 0.5 }], teacher, chunkBytes: 10 * TinyDecoders.Vocabulary * 4 * 5);
        using var trainer = new Trainer(student, objective, TinyDecoders.Tokens, Options with { Steps = 1, MicroBatch = microBatch });
        var norm = trainer.Run(cancellation: TestContext.Current.CancellationToken).Steps[0].GradientNorm;
        Assert.Equal(expected, norm, 1e-4 * expected);
    }

    [Fact]
    public void BFloat16_follows_float32_and_leaves_float32_weights()
    {
        using var student = TinyDecoders.Create(1);
        using var low = TinyDecoders.Create(1);
        using (var trainer = new Trainer(student, new LogitObjective([CrossEntropy]), TinyDecoders.Tokens, Options))
        using (var other = new Trainer(low, new LogitObjective([CrossEntropy]), TinyDecoders.Tokens, Options with { Precision = Precision.BFloat16 }))
        {
            var token = TestContext.Current.CancellationToken;
            Assert.Equal(trainer.Run(cancellation: token).Steps[^1].Loss, other.Run(cancellation: token).Steps[^1].Loss, 0.15);
        }

        Assert.Equal(torch.ScalarType.Float32, low.Type);
        Assert.NotEqual(TinyDecoders.Bytes(student), TinyDecoders.Bytes(low));
    }

    [Fact]
    public void Nan_in_the_weights_names_the_step_and_saves_nothing()
    {
        using var folder = new ScratchFolder();
        using var student = TinyDecoders.Create(1);
        using var trainer = new Trainer(student, new LogitObjective([CrossEntropy]), Poison, Options with { CheckpointFolder = folder.Path, SaveEvery = 6 });
        var error = Assert.Throws<PrunusRunException>(() => trainer.Run(cancellation: TestContext.Current.CancellationToken));
        Assert.StartsWith("step 5: the loss is NaN", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.Path) && Directory.EnumerateFileSystemEntries(folder.Path).Any());

        int[,] Poison(int step)
        {
            if (step == 4)
            {
                using var noGradient = torch.no_grad();
                student.Parameters["norm_final.weight"].fill_(float.NaN);
            }

            return TinyDecoders.Tokens(step);
        }
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        using var student = TinyDecoders.Create(1);
        var objective = new LogitObjective([CrossEntropy]);
        var faults = Assert.Throws<PrunusInputException>(() => new Trainer(student, objective, TinyDecoders.Tokens, Options with { Steps = 0, BatchSize = 0, AdamW = new() { Beta1 = 2 } }));
        Assert.Contains("correct these 3 values", faults.Message, StringComparison.Ordinal);
        using var trainer = new Trainer(student, objective, step => { var ids = TinyDecoders.Tokens(step); ids[1, 1] = TinyDecoders.Vocabulary; return ids; }, Options);
        Assert.Contains("outside the vocabulary", Assert.Throws<PrunusInputException>(() => trainer.Run(cancellation: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Throws<PrunusInputException>(() => new LogitObjective([ForwardKl]));
        Assert.Throws<PrunusInputException>(() => new LogitObjective([CrossEntropy with { Weight = -1 }]));
        Assert.Throws<PrunusInputException>(() => DistillationLosses.Parse("nothing"));
    }

    [Fact]
    public void No_tensor_is_left() => TensorLeaks.AssertNone(() =>
    {
        using var teacher = TinyDecoders.Create(2);
        using var student = TinyDecoders.Create(1);
        using var trainer = new Trainer(student, new LogitObjective([ForwardKl], teacher), TinyDecoders.Tokens, Options with { Steps = 3, Precision = Precision.BFloat16 });
        trainer.Run();
    });
}
