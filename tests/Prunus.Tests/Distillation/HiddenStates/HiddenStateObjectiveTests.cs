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

        var reference = Reference(options, teacher, student, states.Projection, ids);
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

    /// <summary>By hand: two tokens, one head of width 1, queries (0, 1) against (0, 2): rows softmax(0,0) and softmax(0,1) against softmax(0,4).</summary>
    [Fact]
    public void Relations_by_hand()
    {
        using var scope = NewDisposeScope();
        var loss = AttentionRelations.PerToken(tensor([0f, 1f], [1, 2, 1]), tensor([0f, 2f], [1, 2, 1]), 1);
        var (p, q) = (1 / (1 + Math.Exp(-4)), 1 / (1 + Math.Exp(-1)));
        Assert.Equal(0, loss[0, 0].item<float>(), 1e-6);
        Assert.Equal((p * Math.Log(p / q)) + ((1 - p) * Math.Log((1 - p) / (1 - q))), loss[0, 1].item<float>(), 1e-6);
    }

    [Fact]
    public void Projection_puts_kept_channels_back_in_place()
    {
        using var scope = NewDisposeScope();
        using var kept = new StateProjection(5, 3, [4, 0, 2], bias: false, 0, CPU);
        Assert.Equal([8f, 0, 9, 0, 7], kept.Apply(tensor([7f, 8, 9])).data<float>().ToArray());
        using var same = new StateProjection(3, 3, null, bias: true, 0, CPU);
        Assert.Equal([7f, 8, 9], same.Apply(tensor([7f, 8, 9])).data<float>().ToArray());
        using var random = new StateProjection(400, 100, null, bias: false, 1, CPU);
        Assert.Equal(0.1, random.Weight.std().item<float>(), 0.002);
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

    private static (double Logits, double Total, Dictionary<string, Tensor> Gradients) Reference(
        HiddenStateOptions options, Decoder teacher, Decoder student, StateProjection? projection, Tensor ids)
    {
        var (t, s) = (Precise(teacher), Precise(student));
        foreach (var parameter in s.Parameters.Values)
        {
            parameter.requires_grad = true;
        }

        var weight = projection?.Weight.detach().to(ScalarType.Float64).requires_grad_();
        var bias = projection?.Bias?.detach().to(ScalarType.Float64).requires_grad_();
        var (theirs, ours) = (Pass(t, ids), Pass(s, ids));
        var (p, q) = (theirs.Logits.log_softmax(-1), ours.Logits.log_softmax(-1));
        var logits = (p.exp() * (p - q)).sum(-1).mean();
        var total = zeros([], ScalarType.Float64);
        foreach (var part in options.Parts)
        {
            foreach (var pair in part.Map?.Resolve(t.Config.LayerCount, s.Config.LayerCount, null) ?? [new LayerPair(-1, -1)])
            {
                total += part.Site.Relations ? Relations(pair) : Distance(State(theirs.States, part.Site, pair.Teacher, t).detach(), State(ours.States, part.Site, pair.Student, s));
            }
        }

        var weighted = logits * 0.8;
        var alpha = options.Alpha is { } constant ? tensor(constant, ScalarType.Float64) : (weighted / total).detach();
        (weighted + (total * alpha)).backward();
        var gradients = s.Parameters.Where(x => x.Value.grad is not null).ToDictionary(x => x.Key, x => x.Value.grad!);
        if (weight is not null)
        {
            gradients["projection.weight"] = weight.grad!;
        }

        if (bias is not null)
        {
            gradients["projection.bias"] = bias.grad!;
        }

        return (logits.item<double>(), (weighted + (total * alpha)).item<double>(), gradients);

        Tensor Distance(Tensor q, Tensor h)
        {
            var x = weight is null ? h : nn.functional.linear(h, weight, bias);
            Tensor Norm(Tensor v) => v.square().sum(-1, keepdim: true).sqrt();
            return (options.Loss switch
            {
                "mse" => (x - q).square().mean([-1]),
                "cosine" => 1 - ((x * q).sum(-1) / (Norm(x) * Norm(q)).squeeze(-1)),
                "l2-unit" => ((x / Norm(x)) - (q / Norm(q))).square().sum(-1),
                _ => (x - q).square().sum(-1) / q.square().sum(-1),
            }).mean();
        }

        Tensor Relations(LayerPair pair)
        {
            // Two query heads and one key head on both sides: one relation head unless the options say more.
            var heads = options.RelationHeads ?? 1;
            return new[] { DecoderSite.Query, DecoderSite.Key, DecoderSite.Value }.Select(site =>
            {
                var losses = Enumerable.Range(0, heads).Select(h =>
                {
                    var (a, b) = (Relation(theirs.States[(site, pair.Teacher)].detach(), h), Relation(ours.States[(site, pair.Student)], h));
                    return (a.exp() * (a - b)).sum(-1).mean();
                });
                return losses.Aggregate((x, y) => x + y) / heads;
            }).Aggregate((x, y) => x + y);

            Tensor Relation(Tensor x, int head)
            {
                var d = x.size(2) / heads;
                var v = x.narrow(2, head * d, d);
                return (v.matmul(v.transpose(1, 2)) / Math.Sqrt(d)).log_softmax(-1);
            }
        }
    }

    private static Tensor State(Dictionary<(DecoderSite, int), Tensor> states, HiddenStateSite site, int layer, Decoder decoder) => site.Id switch
    {
        "embedding" => states[(DecoderSite.Embedding, -1)],
        "final" => states[(DecoderSite.NormFinal, -1)],
        "input" => states[(DecoderSite.NormAttentionIn, layer)],
        "mlp-input" => states[(DecoderSite.NormMlpIn, layer)],
        "output-raw" => states[(DecoderSite.LayerOutput, layer)],
        _ => layer == decoder.Config.LayerCount - 1 ? states[(DecoderSite.NormFinal, -1)] : states[(DecoderSite.NormAttentionIn, layer + 1)],
    };

    private static (Tensor Logits, Dictionary<(DecoderSite, int), Tensor> States) Pass(Decoder decoder, Tensor ids)
    {
        var states = new Dictionary<(DecoderSite, int), Tensor>();
        var hidden = decoder.Body(ids, (site, layer, value) =>
        {
            states[(site, layer)] = value.alias().DetachFromDisposeScope();
            return value;
        });
        return (decoder.Head(hidden), states);
    }

    private static Decoder Precise(Decoder decoder) => new(decoder.Config, decoder.Parameters.ToDictionary(p => p.Key, p => p.Value.detach().to(ScalarType.Float64)));
}
