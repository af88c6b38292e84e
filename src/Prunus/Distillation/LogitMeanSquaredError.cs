using Prunus.Native;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>1/V Σ_v ((s - t)/τ)² of the logits themselves; gradient 2 (s - t)/(Vτ²). Unlike the softmax it sees a constant added to all logits.</summary>
public sealed class LogitMeanSquaredError : ILogitLoss
{
    public string Id => "mse-logits";

    public string Title => "Mean squared error of logits";

    public string Paper => "Ba and Caruana, arXiv 1312.6184";

    public bool NeedsTeacher => true;

    public bool NeedsLabels => false;

    public TokenLosses Compute(LogitChunk chunk, torch.Tensor weights, double temperature)
    {
        var factor = 1 / (chunk.Student.size(-1) * temperature * temperature);
        var gradient = chunk.Student.to(torch.ScalarType.Float32, copy: true).sub_(chunk.Teacher!);
        using var scale = Ops.Multiply(weights, 2 * factor);
        var perToken = Ops.MultiplyInPlace(RowProducts.Dot(gradient, gradient).squeeze_(-1), factor);
        return new(perToken, gradient.mul_(scale));
    }
}
