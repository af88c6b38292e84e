using Prunus.Native;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>KL(teacher‖student) = Σ_v p_t (log p_t - log p_s) of softmax(logits/τ); gradient (p_s - p_t)/τ.</summary>
public sealed class ForwardKullbackLeibler : ILogitLoss
{
    public string Id => "forward-kl";

    public string Title => "Forward Kullback-Leibler divergence";

    public string Paper => "Hinton et al., arXiv 1503.02531; Muralidharan et al., arXiv 2407.14679, section 2.4";

    public bool NeedsTeacher => true;

    public bool NeedsLabels => false;

    public TokenLosses Compute(LogitChunk chunk, torch.Tensor weights, double temperature)
    {
        var student = Softmax.Log(chunk.Student, temperature);
        using var teacher = Softmax.Log(chunk.Teacher!, temperature);
        using var probability = teacher.exp();
        teacher.sub_(student).mul_(probability);
        var perToken = teacher.sum(-1);
        using var scale = temperature == 1 ? weights.alias() : Ops.Divide(weights, temperature);
        return new(perToken, student.exp_().sub_(probability).mul_(scale));
    }
}
