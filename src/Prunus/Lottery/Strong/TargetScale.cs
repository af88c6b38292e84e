namespace Prunus.Lottery.Strong;

/// <summary>What the target's layers are divided by before they are approximated. ReLU nets are positively homogeneous: dividing layer i by s_i and its bias by s_1 ⋯ s_i divides the
/// outputs by the product of all. Factors are powers of two, so that no float is rounded by them.</summary>
public enum TargetScale
{
    /// <summary>By 1.</summary>
    None,

    /// <summary>Until no weight or bias exceeds 1/2 in magnitude, the targets of Lueker's corollary.</summary>
    Half,

    /// <summary>Until the absolute weights of no output add up to more than 1, as in the theorem (biases, which it has not, stay within 1).</summary>
    L1,
}

/// <summary>Factors of <see cref="TargetScale"/>.</summary>
public static class TargetScales
{
    private const int MostHalvings = 64;

    /// <summary>log2 of the factor of each layer, 0 or more.</summary>
    /// <param name="layers">The layers in the order of the pass.</param>
    /// <param name="weights">Their weights and biases by name.</param>
    /// <param name="scale">The rule.</param>
    /// <exception cref="PrunusInputException">A weight is too large for any factor.</exception>
    public static IReadOnlyList<int> Exponents(IReadOnlyList<StrongLayer> layers, IReadOnlyDictionary<string, double[]> weights, TargetScale scale)
    {
        List<int> exponents = [];
        foreach (var layer in scale == TargetScale.None ? [] : layers)
        {
            var (row, bias) = (weights[layer.Weight], layer.HasBias ? weights[layer.Bias].Max(Math.Abs) : 0);
            var (size, limit) = scale == TargetScale.L1
                ? (Enumerable.Range(0, layer.Outputs).Max(o => row.AsSpan(o * layer.Fan, layer.Fan).ToArray().Sum(Math.Abs)), 1.0)
                : (row.Max(Math.Abs), 0.5);
            var (before, exponent) = (exponents.Sum(), 0);
            while (Math.ScaleB(size, -exponent) > limit || Math.ScaleB(bias, -exponent - before) > limit)
            {
                exponent = exponent < MostHalvings ? exponent + 1
                    : throw new PrunusInputException(layer.Weight, "is too large to be scaled", "check the weights");
            }

            exponents.Add(exponent);
        }

        return scale == TargetScale.None ? [.. layers.Select(_ => 0)] : exponents;
    }
}
