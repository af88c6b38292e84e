using Prunus.Decoders;
using Prunus.Distillation;
using Prunus.Distillation.HiddenStates;
using Prunus.Native;
using Prunus.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Distillation.HiddenStates;

/// <summary>The whole objective against a graph that is spelled out in float64: every site, every distance, one backward pass.</summary>
public class HiddenStateObjectiveTests
{
    private const int Teacher = 24, Student = 16;

    static HiddenStateObjectiveTests() => Libtorch.Load();

    [Theory]
    [InlineData("embedding;loss=mse;alpha=0.5", Student)]
    [InlineData("output@3:1,embedding;loss=cosine;alpha=dynamic;bias=on", Student)]
    [InlineData("output@1:0+2:0;loss=l2-unit;alpha=2", Student)]
    [InlineData("output-raw@last,input@1:1,mlp-input@2:0;loss=l2-relative;alpha=dynamic", Student)]
    [InlineData("final;loss=mse;alpha=dynamic", Student)]
    [InlineData("attention@2:1;alpha=1", Student)]
    [InlineData("attention@2:1,output@2:1;alpha=dynamic;heads=4", Student)]
    [InlineData("output@last-1,final;alpha=dynamic", Teacher)]
    [InlineData("output@last-1;alpha=dynamic;projection=always", Teacher)]
    public void Losses_and_gradients_equal_float64_autograd(string text, int width)
    {
        using var scope = NewDisposeScope();
        var options = HiddenStateOptions.Parse(text);
        using var teacher = TinyDecoders.Create(2, Teacher, layers: 4);
        using var student = TinyDecoders.Create(1, width);
        var ids = Ids();
        using var states = new HiddenStateLoss(options, teacher.Config, student.Config, CPU, seed: 3);
        var head = Gradients(student, states);
        var objective = new LogitObjective([new(DistillationLosses.ForwardKl, 0.8)], teacher, states: states);
        var losses = objective.Backward(student, new(ids, TinyDecoders.Batch), head).to(ScalarType.Float64);

        var reference = Float64Objective.Backward(options, teacher, student, states.Projection, ids);
        Assert.Equal(reference.Logits, losses[0].item<double>(), 1e-5);
        Assert.Equal(reference.Total, (losses * tensor(objective.Factors.ToArray())).sum().item<double>(), 1e-4);
        foreach (var (name, gradient) in reference.Gradients)
        {
            var own = name == "projection.weight" ? states.Projection!.Weight.grad!
                : name == "projection.bias" ? states.Projection!.Bias!.grad!
                : name == "embed.weight" ? student.Parameters[name].grad! + head : student.Parameters[name].grad!;
            var error = (gradient - own.to(ScalarType.Float64)).norm().item<double>() / Math.Max(1e-3, gradient.norm().item<double>());
            Assert.True(error < 1e-4, $"{name}: {error}");
        }
    }

    [Fact]
    public void Micro_batches_add_up_where_alpha_is_constant()
    {
        using var scope = NewDisposeScope();
        using var teacher = TinyDecoders.Create(2, Teacher, layers: 4);
        using var student = TinyDecoders.Create(1);
        using var states = new HiddenStateLoss(HiddenStateOptions.Parse("output@last-1,attention@0:0,embedding;alpha=0.3"), teacher.Config, student.Config, CPU);
        var objective = new LogitObjective([new(DistillationLosses.ForwardKl)], teacher, states: states);
        var head = Gradients(student, states);
        var whole = objective.Backward(student, new(Ids(), TinyDecoders.Batch), head);
        var gradient = student.Parameters["layers.0.attn.q.weight"].grad!.clone();
        Gradients(student, states);
        var parts = new[] { (0, 3), (3, 1) }.Select(p => objective.Backward(student, new(Ids().narrow(0, p.Item1, p.Item2), TinyDecoders.Batch), head)).ToArray();
        Assert.True(allclose(whole, parts[0] + parts[1], 1e-5, 1e-6));
        Assert.True(allclose(gradient, student.Parameters["layers.0.attn.q.weight"].grad!, 1e-4, 1e-6));
    }

    [Fact]
    public void Identical_models_have_no_loss_between_states()
    {
        using var scope = NewDisposeScope();
        using var teacher = TinyDecoders.Create(1);
        using var student = TinyDecoders.Create(1);
        using var states = new HiddenStateLoss(HiddenStateOptions.Parse("embedding,attention@all,input@all,mlp-input@all,output@all,final"), teacher.Config, student.Config, CPU);
        Assert.Null(states.Projection);
        var head = Gradients(student, states);
        var losses = new LogitObjective([new(DistillationLosses.ForwardKl)], teacher, states: states).Backward(student, new(Ids(), TinyDecoders.Batch), head);
        Assert.All(losses.data<float>().ToArray(), loss => Assert.Equal(0, loss, 1e-5));
    }

    [Theory]
    [InlineData("output@4:1", null, "--hidden-states: layer map '4:1' points outside the teacher: its layers are 0 to 3")]
    [InlineData("output@all", null, "--hidden-states: layer map 'all' does not know")]
    [InlineData("attention@2:1;heads=3", null, "--hidden-states: heads 3 do not divide layer 2 of the teacher")]
    [InlineData("embedding", 15, "plan: keeps 15 of 'hidden' up to index 14, the student has 16 and the teacher 24")]
    public void What_does_not_fit_is_refused(string text, int? kept, string message)
    {
        var origin = kept is { } count ? new StudentOrigin([.. Enumerable.Range(0, count)], [0, 1]) : null;
        var error = Assert.Throws<PrunusInputException>(() => new HiddenStateLoss(
            HiddenStateOptions.Parse(text), TinyDecoders.Config(Teacher, 4), TinyDecoders.Config(Student), CPU, origin));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    private static Tensor Ids()
    {
        var ids = TinyDecoders.Tokens(0);
        return tensor(ids.Cast<int>().Select(id => (long)id).ToArray(), [ids.GetLength(0), ids.GetLength(1)]);
    }

    // Clears what earlier passes left; returns an empty head gradient.
    private static Tensor Gradients(Decoder student, HiddenStateLoss states)
    {
        foreach (var parameter in student.Parameters.Values)
        {
            parameter.requires_grad = true;
            parameter.grad = null;
        }

        states.Projection?.Weight.grad?.zero_();
        states.Projection?.Bias?.grad?.zero_();
        return zeros_like(student.HeadWeight).detach();
    }
}
