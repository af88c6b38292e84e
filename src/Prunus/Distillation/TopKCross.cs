using Prunus.Native;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>Σ_j q_j (log q_j - log p_s[index_j]) against the student's whole softmax.</summary>
internal static class TopKCross
{
    /// <summary>Loss and gradient (Q p_s - q)/τ with Q = Σ_j q_j.</summary>
    /// <param name="student">Student logits [n,V].</param>
    /// <param name="teacher">log q [n,k].</param>
    /// <param name="index">Entries of the vocabulary [n,k] int64.</param>
    /// <param name="weights">[n,1].</param>
    /// <param name="temperature">τ of the student's softmax.</param>
    /// <param name="mass">Q [n,1], or null where it is 1.</param>
    public static TokenLosses Compute(torch.Tensor student, torch.Tensor teacher, torch.Tensor index, torch.Tensor weights, double temperature, torch.Tensor? mass)
    {
        var gradient = Softmax.Log(student, temperature);
        using var ofStudent = gradient.gather(-1, index);
        using var probability = teacher.exp();
        using var difference = (teacher - ofStudent).mul_(probability);
        using var scale = Ops.Divide(weights, temperature);
        using var ofAll = mass is null ? scale.alias() : scale * mass;
        gradient.exp_().mul_(ofAll).scatter_add_(-1, index, probability.mul_(scale).neg_());
        return new(difference.sum(-1), gradient);
    }
}
