using Prunus.Native;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>1 - cos(p_s, p_t) of softmax(logits/τ); gradient p_s (cos p_s/|p_s|² - p_t/(|p_s||p_t|))/τ: what the softmax subtracts, Σ p_s d, is 0 here.</summary>
public sealed class CosineDistance : ILogitLoss
{
    public string Id => "cosine";

    public string Title => "Cosine distance of probabilities";

    public string Paper => "Muralidharan et al., arXiv 2407.14679, section 2.4";

    public bool NeedsTeacher => true;

    public bool NeedsLabels => false;

    public TokenLosses Compute(LogitChunk chunk, torch.Tensor weights, double temperature)
    {
        var student = Softmax.Of(chunk.Student, temperature);
        using var teacher = Softmax.Of(chunk.Teacher!, temperature);
        using var scale = Ops.Divide(weights, temperature);
        var perToken = Cosine.Slope(student, teacher, scale);
        return new(perToken, student.mul_(teacher));
    }
}
