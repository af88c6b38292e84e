using Prunus.Native;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>1/V Σ_v (p_s - p_t)² of softmax(logits/τ); gradient 2/(Vτ) p_s (d - Σ p_s d) with d = p_s - p_t.</summary>
public sealed class MeanSquaredError : ILogitLoss
{
    public string Id => "mse";

    public string Title => "Mean squared error of probabilities";

    public string Paper => "Muralidharan et al., arXiv 2407.14679, section 2.4";

    public bool NeedsTeacher => true;

    public bool NeedsLabels => false;

    public TokenLosses Compute(LogitChunk chunk, torch.Tensor weights, double temperature)
    {
        var vocabulary = chunk.Student.size(-1);
        var gradient = Softmax.Of(chunk.Student, temperature);
        using var difference = Softmax.Of(chunk.Teacher!, temperature).sub_(gradient);
        using var inner = RowProducts.Dot(gradient, difference);
        using var scale = Ops.Multiply(weights, -2 / (vocabulary * temperature));
        var perToken = Ops.DivideInPlace(RowProducts.Dot(difference, difference).squeeze_(-1), vocabulary);
        return new(perToken, gradient.mul_(difference.sub_(inner)).mul_(scale));
    }
}
