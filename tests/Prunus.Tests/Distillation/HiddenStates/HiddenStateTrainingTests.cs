using Prunus.Decoders;
using Prunus.Distillation;
using Prunus.Distillation.HiddenStates;
using Prunus.Native;
using Prunus.Tests.Native;
using Prunus.Tests.Training;
using Prunus.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Distillation.HiddenStates;

/// <summary>Losses on hidden states inside the trainer: they fall, the projection learns, no tensor stays behind.</summary>
public class HiddenStateTrainingTests
{
    private const int Teacher = 24;

    static HiddenStateTrainingTests() => Libtorch.Load();

    [Fact]
    public void Nothing_leaks()
    {
        using var teacher = TinyDecoders.Create(2, Teacher, layers: 4);
        using var student = TinyDecoders.Create(1);
        TensorLeaks.AssertNone(() =>
        {
            using var states = new HiddenStateLoss(HiddenStateOptions.Parse("output@last-1,attention@0:0,embedding,final"), teacher.Config, student.Config, CPU);
            using var trainer = new Trainer(
                student, new LogitObjective([new(DistillationLosses.ForwardKl)], teacher, states: states), TinyDecoders.Tokens,
                new() { Steps = 2, BatchSize = TinyDecoders.Batch, BlockLength = TinyDecoders.Length, MicroBatch = 3 });
            trainer.Run(null, TestContext.Current.CancellationToken);
        });
    }

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.BFloat16)]
    public void Training_lowers_every_loss_and_moves_the_projection(Precision precision)
    {
        using var teacher = TinyDecoders.Create(2, Teacher, layers: 4);
        using var working = precision == Precision.BFloat16
            ? new Decoder(teacher.Config, teacher.Parameters.ToDictionary(p => p.Key, p => p.Value.to(ScalarType.BFloat16))) : TinyDecoders.Create(2, Teacher, layers: 4);
        using var student = TinyDecoders.Create(1);
        using var states = new HiddenStateLoss(HiddenStateOptions.Parse("output@last-1,embedding"), teacher.Config, student.Config, CPU);
        using var before = states.Projection!.Weight.detach().clone();
        using var trainer = new Trainer(
            student, new LogitObjective([new(DistillationLosses.ForwardKl)], working, states: states), TinyDecoders.Tokens,
            new() { Steps = 60, BatchSize = TinyDecoders.Batch, BlockLength = TinyDecoders.Length, Precision = precision, Schedule = new() { Peak = 0.01, WarmupSteps = 3 } });
        var steps = trainer.Run(null, TestContext.Current.CancellationToken).Steps;
        Assert.All(Enumerable.Range(0, 4), i => Assert.True(steps[^1].Terms[i] < 0.8 * steps[0].Terms[i], $"{i}: {steps[0].Terms[i]} to {steps[^1].Terms[i]}"));
        Assert.Equal(steps[9].Terms[0], steps[9].Terms[3], 1e-3 * steps[9].Terms[0]);
        Assert.True((states.Projection.Weight - before).norm().item<float>() > 0.1);
    }
}
