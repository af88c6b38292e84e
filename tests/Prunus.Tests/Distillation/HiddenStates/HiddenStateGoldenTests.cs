using System.Text.Json.Nodes;
using Prunus.Distillation;
using Prunus.Distillation.HiddenStates;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Distillation.HiddenStates;

/// <summary>Values and gradients of goldens/pruning/distill for losses on hidden states and for the dynamic factor.</summary>
public class HiddenStateGoldenTests
{
    private const int TeacherWidth = 20, StudentWidth = 12, Vocabulary = 97;

    static HiddenStateGoldenTests() => Libtorch.Load();

    [Theory]
    [InlineData("mse", false)]
    [InlineData("mse", true)]
    [InlineData("cosine", false)]
    [InlineData("cosine", true)]
    [InlineData("l2-unit", false)]
    [InlineData("l2-unit", true)]
    [InlineData("l2-relative", false)]
    [InlineData("l2-relative", true)]
    public void Distance_equals_the_reference(string id, bool bias)
    {
        using var scope = NewDisposeScope();
        var golden = Golden();
        var key = $"hidden_{id.Replace('-', '_')}.{(bias ? "bias" : "nobias")}";
        using var projection = Projection(golden, bias);
        var hidden = golden["hidden.student"].requires_grad_();
        var perToken = HiddenStateLosses.Find(id).PerToken(projection.Apply(hidden), golden["hidden.teacher"]);
        var mask = golden["mask"].to(ScalarType.Float32);
        Close(golden[$"token.{key}"] * mask, perToken * mask, 1e-5);
        var loss = (perToken * mask).sum() / mask.sum();
        Assert.Equal((double)Json()["values"]![key]!, loss.item<float>(), 1e-5);
        loss.backward();
        Close(golden[$"grad.{key}.hidden"], hidden.grad!, 1e-6);
        Close(golden[$"grad.{key}.weight"], projection.Weight.grad!, 2e-6);
        if (bias)
        {
            Close(golden[$"grad.{key}.bias"], projection.Bias!.grad!, 2e-6);
        }
    }

    [Theory]
    [InlineData("mse")]
    [InlineData("cosine")]
    public void Dynamic_alpha_equals_the_reference(string id)
    {
        using var scope = NewDisposeScope();
        var golden = Golden();
        var expected = Json()["values"]![$"dynamic_alpha.{id}"]!;
        using var projection = Projection(golden, bias: false);
        var hidden = golden["hidden.student"].requires_grad_();
        var mask = golden["mask"].to(ScalarType.Float32);
        var total = (HiddenStateLosses.Find(id).PerToken(projection.Apply(hidden), golden["hidden.teacher"]) * mask).sum() / mask.sum();

        var logits = golden["student"].view(-1, Vocabulary).contiguous().requires_grad_();
        var head = new LogitHead(eye(Vocabulary));
        var loss = new ChunkedLogitLoss([new(DistillationLosses.ForwardKl)]);
        var value = loss.Backward(logits, head, null, golden["teacher"].view(-1, Vocabulary), head, new(null, golden["mask"].view(-1).to(ScalarType.Bool)))[0];
        var options = HiddenStateOptions.Parse("embedding;loss=" + id);
        using var states = new HiddenStateLoss(options, Training.TinyDecoders.Config(), Training.TinyDecoders.Config(), CPU);
        var alpha = states.Alpha(total, value);
        Assert.Equal((double)expected["alpha"]!, alpha.item<float>(), 1e-5);
        Assert.Equal((double)expected["total"]!, (value + (alpha * total)).item<float>(), 1e-5);
        autograd.backward([total], [alpha]);
        Close(golden[$"grad.dynamic_alpha.{id}.student"].view(-1, Vocabulary), logits.grad!, 2e-6);
        Close(golden[$"grad.dynamic_alpha.{id}.hidden"], hidden.grad!, 2e-6);
        Close(golden[$"grad.dynamic_alpha.{id}.weight"], projection.Weight.grad!, 5e-6);
    }

    private static StateProjection Projection(GoldenTensors golden, bool bias)
    {
        var projection = new StateProjection(TeacherWidth, StudentWidth, null, bias, 0, CPU);
        using var noGradient = no_grad();
        projection.Weight.copy_(golden["proj.weight"]);
        projection.Bias?.copy_(golden["proj.bias"]);
        return projection;
    }

    private static void Close(Tensor expected, Tensor actual, double tolerance) => Assert.True(
        (expected - actual).abs().max().item<float>() <= tolerance, $"off by {(expected - actual).abs().max().item<float>()}");

    private static JsonNode Json() => JsonNode.Parse(File.ReadAllText(SharedFiles.Path("goldens", "pruning", "distill", "distill.json")))!;

    private static GoldenTensors Golden() => new(SharedFiles.Path("goldens", "pruning", "distill", "distill.safetensors"));
}
