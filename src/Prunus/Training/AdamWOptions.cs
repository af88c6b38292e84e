namespace Prunus.Training;

/// <summary>AdamW (Loshchilov and Hutter, arXiv 1711.05101) with clipping of the global gradient norm.</summary>
public sealed record AdamWOptions
{
    /// <summary>Decay of the first moment. Default 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment. Default 0.95.</summary>
    public double Beta2 { get; init; } = 0.95;

    /// <summary>Added to the root of the second moment. Default 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay. Default 0.01.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Whether norms and biases (parameters of one dimension) decay too. Default true.</summary>
    public bool DecayVectors { get; init; } = true;

    /// <summary>Largest L2 norm of all gradients together; 0 = no clipping. Default 1.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>What is wrong with these values; empty when nothing is.</summary>
    public IEnumerable<string> Faults()
    {
        if (!(Beta1 is >= 0 and < 1))
        {
            yield return $"beta1 {Beta1} is not in [0, 1)";
        }

        if (!(Beta2 is >= 0 and < 1))
        {
            yield return $"beta2 {Beta2} is not in [0, 1)";
        }

        if (!(Epsilon > 0))
        {
            yield return $"epsilon {Epsilon} is not above 0";
        }

        if (!(WeightDecay >= 0 && double.IsFinite(WeightDecay)))
        {
            yield return $"weight decay {WeightDecay} is negative or not finite";
        }

        if (!(ClipNorm >= 0))
        {
            yield return $"clip norm {ClipNorm} is negative";
        }
    }

    /// <summary>Checks all values.</summary>
    /// <exception cref="PrunusInputException">Lists every fault.</exception>
    public void Validate() => OptionFaults.Throw("optimizer options", Faults());
}
