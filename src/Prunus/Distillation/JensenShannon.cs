using Prunus.Native;
using System.Globalization;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>
/// Generalised Jensen-Shannon divergence β KL(p_t‖m) + (1-β) KL(p_s‖m) with m = β p_t + (1-β) p_s of softmax(logits/τ); gradient
/// (1-β) p_s (log(p_s/m) - KL(p_s‖m))/τ. By convention β = 0 is forward, β = 1 reverse KL: what the divergence over β (or 1-β) tends to, not
/// its value there, which is 0.
/// </summary>
/// <param name="beta">β from 0 to 1.</param>
public sealed class JensenShannon(double beta) : IParametricLoss
{
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Kind}:{beta}");

    public string Kind => "jsd";

    public string Title => "Generalised Jensen-Shannon divergence, the number is β: 0 forward, 1 reverse KL";

    public string Paper => "Agarwal et al., arXiv 2306.13649";

    public bool NeedsTeacher => true;

    public bool NeedsLabels => false;

    /// <summary>β.</summary>
    internal double Beta => beta;

    /// <summary>The loss that β = 0 or β = 1 stands for, else null.</summary>
    private ILogitLoss? Limit { get; } = beta == 0 ? new ForwardKullbackLeibler() : beta == 1 ? new ReverseKullbackLeibler() : null;

    public ILogitLoss With(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0 && number <= 1
            ? new JensenShannon(number)
            : throw new PrunusInputException("--loss", $"'{value}' is no β of jsd", "write a number from 0 (forward KL) to 1 (reverse KL), e.g. jsd:0.5");

    public TokenLosses Compute(LogitChunk chunk, torch.Tensor weights, double temperature)
    {
        if (Limit is not null)
        {
            return Limit.Compute(chunk, weights, temperature);
        }

        var student = Softmax.Log(chunk.Student, temperature);
        using var logRatio = Softmax.Log(chunk.Teacher!, temperature);
        using var teacher = logRatio.exp();
        logRatio.sub_(student);
        using var ofTeacher = RowProducts.Dot(teacher, logRatio);

        // log(m/p_s) = log(1-β) + log(1 + β/(1-β) p_t/p_s), which overflows nowhere.
        using var mixture = Ops.AddInPlace(Ops.Softplus(Ops.AddInPlace(logRatio, Math.Log(beta / (1 - beta)))), Math.Log(1 - beta));
        var gradient = student.exp_();
        using var inner = RowProducts.Dot(gradient, mixture);
        Ops.AddInPlace(Ops.MultiplyInPlace(ofTeacher.sub_(RowProducts.Dot(teacher, mixture)), beta), inner, beta - 1);
        using var scale = Ops.Multiply(weights, -(1 - beta) / temperature);
        return new(ofTeacher.squeeze(-1), gradient.mul_(mixture.sub_(inner)).mul_(scale));
    }
}
