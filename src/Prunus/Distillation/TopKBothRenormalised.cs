using TorchSharp;

namespace Prunus.Distillation;

/// <summary>Forward KL of both distributions restricted to the teacher's k largest logits and renormalised there; gradient (p̂_s - p̂_t)/τ on those, 0 elsewhere.</summary>
/// <param name="k">Entries that count, 1 or more; the whole vocabulary at most.</param>
public sealed class TopKBothRenormalised(int k) : TopKLoss("topk-both", k)
{
    public override string Title => "Forward KL on the teacher's top k, both sides renormalised";

    public override string Paper => "NVIDIA Model Optimizer (TopKLogitsKLLoss); Muralidharan et al., arXiv 2407.14679";

    private protected override TopKLoss With(int count) => new TopKBothRenormalised(count);

    private protected override TokenLosses Compute(LogitChunk chunk, torch.Tensor top, torch.Tensor index, torch.Tensor weights, double temperature)
    {
        using var ofStudent = chunk.Student.gather(-1, index);
        var losses = DistillationLosses.ForwardKl.Compute(new(ofStudent, top, null), weights, temperature);
        using var gradient = losses.Gradient;
        return new(losses.PerToken, torch.zeros_like(chunk.Student, dtype: torch.ScalarType.Float32).scatter_(-1, index, gradient));
    }
}
