using TorchSharp;

namespace Prunus.Native;

/// <summary>Operators of libtorch that TorchSharp lacks. All but the in-place ones can be differentiated.</summary>
public static partial class Ops
{
    /// <summary>x · weight / sqrt(mean(x²) + eps) over the last dimension (Zhang and Sennrich 2019).</summary>
    /// <param name="x">[..., n].</param>
    /// <param name="weight">[n].</param>
    /// <param name="eps">Added to the mean square.</param>
    public static torch.Tensor RmsNorm(torch.Tensor x, torch.Tensor weight, double eps) =>
        OpsScript.Tensor("rms_norm", x, weight, weight.size(0), eps);

    /// <summary>(x - mean) / sqrt(var + eps) · weight + bias over the last dimension (Ba et al. 2016).</summary>
    /// <param name="x">[..., n].</param>
    /// <param name="weight">[n].</param>
    /// <param name="bias">[n].</param>
    /// <param name="eps">Added to the variance.</param>
    public static torch.Tensor LayerNorm(torch.Tensor x, torch.Tensor weight, torch.Tensor bias, double eps) =>
        OpsScript.Tensor("layer_norm", x, weight, bias, weight.size(0), eps);

    /// <summary>softmax(scale · q kᵀ + mask) v, by the fastest kernel that libtorch has for the case.</summary>
    /// <param name="q">[B, heads, T, d].</param>
    /// <param name="k">[B, kv heads, S, d].</param>
    /// <param name="v">[B, kv heads, S, d].</param>
    /// <param name="mask">Added to the scores (floating point) or true where attended (bool), broadcast to [B, heads, T, S]; or null.</param>
    /// <param name="causal">Query t sees keys 0..t; not together with a mask.</param>
    /// <param name="scale">Factor of the scores, mostly 1/sqrt(d).</param>
    /// <param name="gqa">Query heads are a multiple of the kv heads, consecutive ones sharing.</param>
    public static torch.Tensor ScaledDotProductAttention(torch.Tensor q, torch.Tensor k, torch.Tensor v, torch.Tensor? mask, bool causal, double scale, bool gqa)
    {
        if (mask is null)
        {
            return OpsScript.Tensor("attention", q, k, v, causal, scale, gqa);
        }

        return causal
            ? throw new ArgumentException("a mask and causal attention exclude each other", nameof(causal))
            : OpsScript.Tensor("masked_attention", q, k, v, mask, scale, gqa);
    }

    /// <summary>0.5 x (1 + tanh(sqrt(2/π) (x + 0.044715 x³))): the tanh form of GELU (Hendrycks and Gimpel 2016).</summary>
    public static torch.Tensor GeluTanh(torch.Tensor x) => OpsScript.Tensor("gelu_tanh", x);

    /// <summary>Rows of a table.</summary>
    /// <param name="weight">[rows, n].</param>
    /// <param name="ids">int64 of any shape.</param>
    /// <returns>[..., n].</returns>
    public static torch.Tensor Embedding(torch.Tensor weight, torch.Tensor ids) => OpsScript.Tensor("embedding", weight, ids);

    /// <summary>
    /// One AdamW step in place (Loshchilov and Hutter 2019), all parameters in one kernel: step += 1, p -= lr·wd·p, then the
    /// bias-corrected Adam update. All lists have one length; parameters, gradients and moments have one type, steps are float32 of
    /// no dimension, all on one device.
    /// </summary>
    public static void FusedAdamW(
        torch.Tensor[] parameters, torch.Tensor[] gradients, torch.Tensor[] firstMoments, torch.Tensor[] secondMoments, torch.Tensor[] steps,
        double learningRate, double beta1, double beta2, double weightDecay, double eps)
    {
        using var noGradient = torch.no_grad();
        OpsScript.Run("adamw", parameters, gradients, firstMoments, secondMoments, steps, learningRate, beta1, beta2, weightDecay, eps);
    }

    /// <summary>
    /// p-norm over one dimension. TorchSharp's <c>linalg.vector_norm</c> hands the order over as an object that the collector may free before native code reads it;
    /// this way it goes as a plain number to the same kernel.
    /// </summary>
    /// <param name="x">Values of any shape.</param>
    /// <param name="order">p: 1 or 2.</param>
    /// <param name="dimension">Dimension that is summed over.</param>
    /// <param name="keepDimension">Leaves it with length 1.</param>
    public static torch.Tensor VectorNorm(torch.Tensor x, float order, int dimension, bool keepDimension = false) => x.norm(dimension, keepDimension, order);

    /// <summary>Euclidean norm of all elements of all tensors, on their device: [] (float32 for reduced-precision tensors).</summary>
    public static torch.Tensor ForeachNorm(torch.Tensor[] tensors)
    {
        using var noGradient = torch.no_grad();
        var reduced = Array.Exists(tensors, t => t.dtype is torch.ScalarType.BFloat16 or torch.ScalarType.Float16);
        return OpsScript.Tensor(reduced ? "norm_float32" : "norm", [tensors]);
    }

    /// <summary>Multiplies every tensor in place by a tensor of no dimension on the same device.</summary>
    public static void ForeachScale(torch.Tensor[] tensors, torch.Tensor factor)
    {
        using var noGradient = torch.no_grad();
        OpsScript.Run("scale", tensors, factor);
    }

    /// <summary>Copies values pairwise, converting types.</summary>
    public static void ForeachCopy(torch.Tensor[] destination, torch.Tensor[] source)
    {
        using var noGradient = torch.no_grad();
        OpsScript.Run("copy", destination, source);
    }

    /// <summary>Sets every element to zero.</summary>
    public static void ForeachZero(torch.Tensor[] tensors)
    {
        using var noGradient = torch.no_grad();
        OpsScript.Run("zero", [tensors]);
    }
}
