using Prunus.Native;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>KL(student‖teacher) = Σ_v p_s (log p_s - log p_t) of softmax(logits/τ); gradient p_s (log p_s - log p_t - KL)/τ.</summary>
public sealed class ReverseKullbackLeibler : ILogitLoss
{
    public string Id => "reverse-kl";

    public string Title => "Reverse Kullback-Leibler divergence";

    public string Paper => "Muralidharan et al., arXiv 2407.14679, section 2.4; Gu et al., arXiv 2306.08543";

    public bool NeedsTeacher => true;

    public bool NeedsLabels => false;

    public TokenLosses Compute(LogitChunk chunk, torch.Tensor weights, double temperature)
    {
        var student = Softmax.Log(chunk.Student, temperature);
        using var difference = Softmax.Log(chunk.Teacher!, temperature).sub_(student);
        var gradient = student.exp_();
        using var inner = RowProducts.Dot(gradient, difference);
        using var scale = Ops.Divide(weights, -temperature);
        return new(inner.neg().squeeze_(-1), gradient.mul_(difference.sub_(inner)).mul_(scale));
    }
}
