using TorchSharp;

namespace Prunus.Distillation;

/// <summary>The part of forward KL that the teacher's k largest logits make, Σ_{v in top k} p_t (log p_t - log p_s), both softmaxes whole; gradient (P p_s - p_t [v in top k])/τ with P = Σ_{top k} p_t. Can be below 0.</summary>
/// <param name="k">Entries that count, 1 or more; the whole vocabulary at most.</param>
public sealed class TopKTruncated(int k) : TopKLoss("topk-truncated", k)
{
    public override string Title => "Forward KL summed over the teacher's top k only";

    public override string Paper => "Muralidharan et al., arXiv 2407.14679";

    private protected override TopKLoss With(int count) => new TopKTruncated(count);

    private protected override TokenLosses Compute(LogitChunk chunk, torch.Tensor top, torch.Tensor index, torch.Tensor weights, double temperature)
    {
        using var all = Softmax.Log(chunk.Teacher!, temperature);
        using var teacher = all.gather(-1, index);
        using var mass = teacher.logsumexp(-1, true).exp_();
        return TopKCross.Compute(chunk.Student, teacher, index, weights, temperature, mass);
    }
}
