using System.Globalization;
using Prunus.Training;

namespace Prunus.Lottery.Training;

/// <summary>How weights follow their gradients: <see cref="SgdOptions"/> or <see cref="AdamOptions"/>.</summary>
public abstract record OptimiserOptions
{
    private protected OptimiserOptions()
    {
    }

    /// <summary>L2 decay: this times the weight is added to its gradient. It acts on every trained tensor, biases and norms too. Default 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>What is wrong with these values; empty when nothing is.</summary>
    public virtual IEnumerable<string> Faults()
    {
        if (!(WeightDecay >= 0 && double.IsFinite(WeightDecay)))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"weight decay {WeightDecay} is negative or not finite");
        }
    }

    /// <summary>Checks all values.</summary>
    /// <exception cref="PrunusInputException">Lists every fault.</exception>
    public void Validate() => OptionFaults.Throw("optimizer options", Faults());
}

/// <summary>Gradient descent with momentum: b = g at the first step, then b = momentum·b + g; w -= lr·b, with Nesterov's w -= lr·(g + momentum·b).</summary>
public sealed record SgdOptions : OptimiserOptions
{
    /// <summary>Share of the last step's direction that is kept. Default 0.9.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Nesterov's form (Sutskever et al. 2013). Default false.</summary>
    public bool Nesterov { get; init; }

    public override IEnumerable<string> Faults()
    {
        foreach (var fault in base.Faults())
        {
            yield return fault;
        }

        if (!(Momentum is >= 0 and < 1))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"momentum {Momentum} is not in [0, 1)");
        }

        if (Nesterov && Momentum == 0)
        {
            yield return "Nesterov's form needs momentum above 0";
        }
    }
}

/// <summary>Adam (Kingma and Ba, arXiv 1412.6980): w -= lr/(1-β₁ᵗ) · m/(√v/√(1-β₂ᵗ) + ε). Weight decay is in the gradient, not decoupled.</summary>
public sealed record AdamOptions : OptimiserOptions
{
    /// <summary>Decay of the first moment. Default 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment. Default 0.999.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root of the second moment. Default 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    public override IEnumerable<string> Faults()
    {
        foreach (var fault in base.Faults())
        {
            yield return fault;
        }

        if (!(Beta1 is >= 0 and < 1))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"beta1 {Beta1} is not in [0, 1)");
        }

        if (!(Beta2 is >= 0 and < 1))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"beta2 {Beta2} is not in [0, 1)");
        }

        if (!(Epsilon > 0))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"epsilon {Epsilon} is not above 0");
        }
    }
}
