using Prunus.Native;
using Prunus.Decoders;
using TorchSharp;

namespace Prunus.Distillation.HiddenStates;

/// <summary>
/// Self-attention relations (Wang et al. 2021, "MiniLMv2", arXiv 2012.15828, section 3.1): the queries of all heads, cut anew into A relation heads of width d,
/// give R = softmax(X Xᵀ / √d) over the tokens of the sequence; likewise keys and values. The loss of a token is Σ_{Q,K,V} mean over relation heads of
/// KL(R_teacher ‖ R_student). Teacher and student need A in common, not heads or widths. As published there is no causal mask: nothing is predicted from R.
/// </summary>
public static class AttentionRelations
{
    /// <summary>Loss of each token from one kind of vector.</summary>
    /// <param name="student">[B,T,width]; differentiable.</param>
    /// <param name="teacher">[B,T,width of the teacher].</param>
    /// <param name="heads">Relation heads; divide both widths.</param>
    /// <returns>[B,T] float32.</returns>
    public static torch.Tensor PerToken(torch.Tensor student, torch.Tensor teacher, int heads)
    {
        // [B,A,T,T]; products in float32, since those of a vector with itself are large.
        var learned = Scores(student, heads).log_softmax(-1);
        var target = Scores(teacher, heads).log_softmax(-1);
        return (target.exp() * (target - learned)).sum(-1).mean([1]);
    }

    /// <summary>The relation heads to use.</summary>
    /// <param name="wanted">Asked for; null = the most that all query and key heads divide into, so that each holds whole heads.</param>
    /// <param name="teacher">Teacher.</param>
    /// <param name="student">Student.</param>
    /// <param name="pairs">Layers compared.</param>
    /// <exception cref="PrunusInputException">They do not divide a width.</exception>
    internal static int Heads(int? wanted, DecoderConfig teacher, DecoderConfig student, IReadOnlyList<LayerPair> pairs)
    {
        var sides = pairs.SelectMany(pair => new[] { (Name: "teacher", Config: teacher, Layer: pair.Teacher), (Name: "student", Config: student, Layer: pair.Student) }).ToArray();
        if (wanted is not { } heads)
        {
            return sides.SelectMany(side => new[] { side.Config.Layers[side.Layer].QueryHeads, side.Config.Layers[side.Layer].KvGroups }).Aggregate(Divisor);
        }

        foreach (var (name, config, layer) in sides)
        {
            var (queries, keys) = (config.Layers[layer].QueryHeads * config.HeadDim, config.Layers[layer].KvGroups * config.HeadDim);
            if (queries % heads != 0 || keys % heads != 0)
            {
                throw new PrunusInputException(
                    HiddenStateOptions.Flag, $"heads {heads} do not divide layer {layer} of the {name}, whose queries are {queries} wide and keys {keys}", "leave heads out, or give a divisor of both");
            }
        }

        return heads;
    }

    private static int Divisor(int a, int b) => b == 0 ? a : Divisor(b, a % b);

    private static torch.Tensor Scores(torch.Tensor states, int heads)
    {
        var (batch, tokens, width) = (states.size(0), states.size(1), states.size(2) / heads);
        var split = states.to(torch.ScalarType.Float32).view(batch, tokens, heads, width).transpose(1, 2);
        return Ops.Divide(split.matmul(split.transpose(2, 3)), Math.Sqrt(width));
    }
}
