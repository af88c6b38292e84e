using TorchSharp;

namespace Prunus.Distillation;

/// <summary>1 - cos(s, t) of the logits themselves; gradient cos s/|s|² - t/(|s||t|). The temperature cancels out.</summary>
public sealed class LogitCosineDistance : ILogitLoss
{
    public string Id => "cosine-logits";

    public string Title => "Cosine distance of logits";

    public string Paper => "the cosine loss of arXiv 2407.14679, before the softmax";

    public bool NeedsTeacher => true;

    public bool NeedsLabels => false;

    public TokenLosses Compute(LogitChunk chunk, torch.Tensor weights, double temperature)
    {
        using var student = chunk.Student.to(torch.ScalarType.Float32);
        var gradient = chunk.Teacher!.to(torch.ScalarType.Float32, copy: true);
        return new(Cosine.Slope(student, gradient, weights), gradient);
    }
}
