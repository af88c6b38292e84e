using TorchSharp;

namespace Prunus.Distillation;

/// <summary>Forward KL of the teacher restricted to its k largest logits and renormalised, against the student's whole softmax; gradient (p_s - p̂_t)/τ.</summary>
/// <param name="k">Entries that count, 1 or more; the whole vocabulary at most.</param>
public sealed class TopKTeacherRenormalised(int k) : TopKLoss("topk-teacher", k)
{
    public override string Title => "Forward KL on the teacher's top k, the teacher renormalised";

    public override string Paper => "Muralidharan et al., arXiv 2407.14679";

    private protected override TopKLoss With(int count) => new TopKTeacherRenormalised(count);

    private protected override TokenLosses Compute(LogitChunk chunk, torch.Tensor top, torch.Tensor index, torch.Tensor weights, double temperature)
    {
        using var teacher = Softmax.Log(top, temperature);
        return TopKCross.Compute(chunk.Student, teacher, index, weights, temperature, mass: null);
    }
}
