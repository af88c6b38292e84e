using Prunus.Lottery.Training;

namespace Prunus.Lottery.Stacking;

/// <summary>The numbers of one step of an optimiser, in float32 as its kernels take them.</summary>
/// <param name="Adam">Whether it is Adam; SGD otherwise.</param>
/// <param name="Rate">Adam: rate/(1-β₁ᵗ). SGD: the rate.</param>
/// <param name="Decay1">β₁, or the momentum.</param>
/// <param name="Decay2">β₂.</param>
/// <param name="InverseRoot">1/√(1-β₂ᵗ).</param>
/// <param name="Epsilon">Adam's ε.</param>
/// <param name="WeightDecay">L2 decay, in the gradient.</param>
/// <param name="Gain">Adam: 1-β₁. SGD: 1 — the first step's buffer is the gradient in either case, since buffers start at 0.</param>
/// <param name="Nesterov">SGD: share of the buffer that Nesterov's form looks ahead by; 0 = plain.</param>
internal readonly record struct UpdateRule(
    bool Adam, float Rate, float Decay1, float Decay2, float InverseRoot, float Epsilon, float WeightDecay, float Gain, float Nesterov)
{
    /// <summary>The numbers of a step.</summary>
    /// <param name="options">The optimiser.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="step">t, from 1.</param>
    public static UpdateRule At(OptimiserOptions options, float rate, int step) => options switch
    {
        AdamOptions a => new(
            true, (float)(rate / (1 - Math.Pow(a.Beta1, step))), (float)a.Beta1, (float)a.Beta2, (float)(1 / Math.Sqrt(1 - Math.Pow(a.Beta2, step))),
            (float)a.Epsilon, (float)a.WeightDecay, (float)(1 - a.Beta1), 0),
        SgdOptions s => new(false, rate, (float)s.Momentum, 0, 0, 0, (float)s.WeightDecay, 1, s.Nesterov ? (float)s.Momentum : 0),
        _ => throw new ArgumentException($"{options.GetType().Name} is not known", nameof(options)),
    };
}
