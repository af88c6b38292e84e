using Prunus.Decoders;
using Prunus.Distillation.HiddenStates;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Distillation.HiddenStates;

/// <summary>The objective spelled out as one float64 graph over whole logits and states, for autograd to differentiate.</summary>
internal static class Float64Objective
{
    /// <summary>Forward KL with weight 0.8 and the losses between states: values, and gradients by parameter (the projection's under <c>projection.*</c>).</summary>
    public static (double Logits, double Total, Dictionary<string, Tensor> Gradients) Backward(
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
