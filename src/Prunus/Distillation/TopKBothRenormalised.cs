using System.Globalization;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>Forward KL of both distributions restricted to the teacher's k largest logits and renormalised there; gradient (p̂_s - p̂_t)/τ on those, 0 elsewhere.</summary>
/// <param name="k">Entries that count, 1 or more; the whole vocabulary at most.</param>
public sealed class TopKBothRenormalised(int k) : IParametricLoss
{
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Kind}:{k}");

    public string Kind => "topk-both";

    public string Title => "Forward KL on the teacher's top k, both sides renormalised";

    public string Paper => "NVIDIA Model Optimizer (TopKLogitsKLLoss); Muralidharan et al., arXiv 2407.14679";

    /// <summary>Entries that count.</summary>
    internal int Entries => k;

    public bool NeedsTeacher => true;

    public bool NeedsLabels => false;

    public ILogitLoss With(string value) => new TopKBothRenormalised(TopK.Count(Kind, value));

    public TokenLosses Compute(LogitChunk chunk, torch.Tensor weights, double temperature)
    {
        var (top, index) = TopK.Of(chunk.Teacher!, k);
        using (top)
        using (index)
        {
            using var ofStudent = chunk.Student.gather(-1, index);
            var losses = DistillationLosses.ForwardKl.Compute(new(ofStudent, top, null), weights, temperature);
            using var gradient = losses.Gradient;
            return new(losses.PerToken, torch.zeros_like(chunk.Student, dtype: torch.ScalarType.Float32).scatter_(-1, index, gradient));
        }
    }
}
