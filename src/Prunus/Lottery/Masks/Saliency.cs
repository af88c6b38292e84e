using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Masks;

/// <summary>Scores of weights before training, by a batch of data; the lowest go. The net stays as it is.</summary>
public static class Saliency
{
    /// <summary>GraSP divides logits by this.</summary>
    public const double GraspTemperature = 200;

    /// <summary>SNIP (Lee et al. 2019, arXiv 1810.02340): |dL/dw · w|, L the mean cross entropy in nats.</summary>
    /// <param name="net">A single net.</param>
    /// <param name="inputs">Images [N,C,H,W] or tokens [N,T].</param>
    /// <param name="labels">Classes [N] or tokens [N,T], int64.</param>
    /// <param name="training">Whether batch normalisation uses the batch's statistics. Default false.</param>
    /// <param name="normalised">Whether scores are divided by the sum of all. Default false: the order is the same.</param>
    /// <param name="masks">What is kept; pruned weights count as 0 and score 0. Default all.</param>
    /// <param name="type">Type to compute in. Default float64.</param>
    /// <returns>For each prunable tensor a score of every element, row-major.</returns>
    public static IReadOnlyDictionary<string, double[]> Snip(
        ITicketNet net, Tensor inputs, Tensor labels, bool training = false, bool normalised = false, MaskSet? masks = null, ScalarType type = ScalarType.Float64)
    {
        using var scope = NewDisposeScope();
        var pass = new SaliencyPass(net, type, masks);
        var values = pass.Values;
        var gradients = Ops.Gradients([SaliencyPass.Loss(pass.Logits(inputs, training), labels)], values);
        var scores = pass.Read(gradients.Zip(values, (g, w) => (g * w).abs()));
        return normalised ? Normalised(scores) : scores;
    }

    /// <summary>Gradient of the mean cross entropy at the weights: what <see cref="CriterionValues.Gradient"/> is.</summary>
    /// <inheritdoc cref="Snip"/>
    public static IReadOnlyDictionary<string, double[]> Gradients(
        ITicketNet net, Tensor inputs, Tensor labels, bool training = false, MaskSet? masks = null, ScalarType type = ScalarType.Float64)
    {
        using var scope = NewDisposeScope();
        var pass = new SaliencyPass(net, type, masks);
        return pass.Read(Ops.Gradients([SaliencyPass.Loss(pass.Logits(inputs, training), labels)], pass.Values));
    }

    /// <summary>
    /// GraSP (Wang et al. 2020, arXiv 2002.07376): w · (H g), g and H being gradient and Hessian of the cross entropy of logits / temperature over the prunable weights. The
    /// authors prune the highest -w · (H g), which are the lowest of these. Not normalised: with the batch's statistics the sum is nearly 0.
    /// </summary>
    /// <param name="net">A single net.</param>
    /// <param name="inputs">Images [N,C,H,W] or tokens [N,T].</param>
    /// <param name="labels">Classes [N] or tokens [N,T], int64.</param>
    /// <param name="training">Whether batch normalisation uses the batch's statistics. Default false.</param>
    /// <param name="temperature">What logits are divided by. Default 200.</param>
    /// <param name="masks">What is kept; pruned weights count as 0 and score 0. Default all.</param>
    /// <param name="type">Type to compute in. Default float64.</param>
    /// <returns>For each prunable tensor a score of every element, row-major.</returns>
    public static IReadOnlyDictionary<string, double[]> Grasp(
        ITicketNet net, Tensor inputs, Tensor labels, bool training = false, double temperature = GraspTemperature, MaskSet? masks = null, ScalarType type = ScalarType.Float64)
    {
        using var scope = NewDisposeScope();
        var pass = new SaliencyPass(net, type, masks);
        var values = pass.Values;
        var loss = SaliencyPass.Loss(Ops.Divide(pass.Logits(inputs, training), temperature), labels);
        var gradients = Ops.Gradients([loss], values, createGraph: true);
        var product = stack(gradients.Select(g => (g * g.detach()).sum())).sum();
        return pass.Read(Ops.Gradients([product], values).Zip(values, (hg, w) => hg * w));
    }

    private static Dictionary<string, double[]> Normalised(Dictionary<string, double[]> scores)
    {
        var sum = scores.Values.Sum(s => s.Sum());
        return scores.ToDictionary(s => s.Key, s => Array.ConvertAll(s.Value, v => v / sum), StringComparer.Ordinal);
    }
}
