using Prunus.Native;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>Negative log-likelihood of the label, -log p_s[label]; gradient p_s - onehot(label). The temperature is not applied.</summary>
public sealed class CrossEntropy : ILogitLoss
{
    public string Id => "cross-entropy";

    public string Title => "Cross entropy with the next token";

    public string Paper => "maximum likelihood";

    public bool NeedsTeacher => false;

    public bool NeedsLabels => true;

    public TokenLosses Compute(LogitChunk chunk, torch.Tensor weights, double temperature)
    {
        var student = Softmax.Log(chunk.Student, 1);
        using var label = Ops.AtLeast(chunk.Labels!, 0).unsqueeze_(-1);
        using var likelihood = student.gather(-1, label).squeeze_(-1);
        var perToken = likelihood.neg();
        student.exp_().mul_(weights);
        using var minus = weights.neg();
        return new(perToken, student.scatter_add_(-1, label, minus));
    }
}
