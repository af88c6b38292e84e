using System.Globalization;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>Forward KL of the teacher restricted to its k largest logits and renormalised, against the student's whole softmax; gradient (p_s - p̂_t)/τ.</summary>
/// <param name="k">Entries that count, 1 or more; the whole vocabulary at most.</param>
public sealed class TopKTeacherRenormalised(int k) : IParametricLoss
{
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Kind}:{k}");

    public string Kind => "topk-teacher";

    public string Title => "Forward KL on the teacher's top k, the teacher renormalised";

    public string Paper => "Muralidharan et al., arXiv 2407.14679";

    /// <summary>Entries that count.</summary>
    internal int Entries => k;

    public bool NeedsTeacher => true;

    public bool NeedsLabels => false;

    public ILogitLoss With(string value) => new TopKTeacherRenormalised(TopK.Count(Kind, value));

    public TokenLosses Compute(LogitChunk chunk, torch.Tensor weights, double temperature)
    {
        var (top, index) = TopK.Of(chunk.Teacher!, k);
        using (top)
        using (index)
        {
            using var teacher = Softmax.Log(top, temperature);
            return TopKCross.Compute(chunk.Student, teacher, index, weights, temperature, mass: null);
        }
    }
}
