using System.Globalization;
using Prunus.Distillation;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Distillation;

/// <summary>The losses once more, as their formulas stand, for autograd to differentiate.</summary>
internal static class LossFormulas
{
    /// <summary>Loss of each token [n] of student and teacher logits [n,V].</summary>
    public static Tensor PerToken(ILogitLoss loss, Tensor student, Tensor teacher, double temperature)
    {
        var (s, t) = (student / temperature, teacher / temperature);
        var (ps, pt) = (s.softmax(-1), t.softmax(-1));
        var (name, number) = loss.Id.Split(':') is [var kind, var value] ? (kind, double.Parse(value, CultureInfo.InvariantCulture)) : (loss.Id, 0);
        return name switch
        {
            "forward-kl" => Divergence(pt, ps),
            "reverse-kl" => Divergence(ps, pt),
            "jsd" when number == 0 => Divergence(pt, ps),
            "jsd" when number == 1 => Divergence(ps, pt),
            "jsd" => JensenShannon((pt * number) + (ps * (1 - number)), number),
            "mse" => (ps - pt).pow(2).mean([-1]),
            "mse-logits" => (s - t).pow(2).mean([-1]),
            "cosine" => Cosine(ps, pt),
            "cosine-logits" => Cosine(s, t),
            _ => TopK(name, (int)Math.Min(number, t.size(-1))),
        };

        Tensor JensenShannon(Tensor mixture, double beta) => (Divergence(pt, mixture) * beta) + (Divergence(ps, mixture) * (1 - beta));

        Tensor TopK(string form, int k)
        {
            var (top, index) = t.topk(k, -1, true, false);
            return form switch
            {
                "topk-both" => Divergence(top.softmax(-1), s.gather(-1, index).softmax(-1)),
                "topk-teacher" => Divergence(top.softmax(-1), ps.gather(-1, index)),
                _ => Divergence(pt.gather(-1, index), ps.gather(-1, index)),
            };
        }
    }

    private static Tensor Divergence(Tensor p, Tensor q) => (p * (p.log() - q.log())).sum(-1);

    private static Tensor Cosine(Tensor x, Tensor y) => 1 - ((x * y).sum(-1) / (x.pow(2).sum(-1) * y.pow(2).sum(-1)).sqrt());
}
