namespace Prunus.Lottery.Masks;

/// <summary>What starting values of one tensor are made from; all row-major.</summary>
/// <param name="Mask">What is kept.</param>
/// <param name="Initial">Weights before training.</param>
/// <param name="Final">Weights after training.</param>
/// <param name="Fresh">Another draw of the same law.</param>
/// <param name="Order">A permutation of all positions.</param>
/// <param name="KeptOrder">A permutation of 0 … kept - 1.</param>
/// <param name="Keys">A number for each position that orders draws without replacement.</param>
public sealed record ActionValues(Mask Mask, float[] Initial, float[] Final, float[] Fresh, int[] Order, int[] KeptOrder, float[] Keys)
{
    private const ulong KeptStream = 1UL << 32, KeyStream = 2UL << 32;

    /// <summary>Draws permutations and keys; they hang on the seed and the tensor's name alone.</summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="mask">What is kept.</param>
    /// <param name="initial">Weights before training.</param>
    /// <param name="final">Weights after training.</param>
    /// <param name="fresh">Another draw of the same law.</param>
    /// <param name="seed">Seed of the draws.</param>
    public static ActionValues Draw(string name, Mask mask, float[] initial, float[] final, float[] fresh, long seed)
    {
        var keys = new float[mask.Count];
        RandomMasks.Generator(name, seed, KeyStream).FillUniform(0, keys);
        return new(mask, initial, final, fresh,
            RandomMasks.Generator(name, seed).Permutation(mask.Count), RandomMasks.Generator(name, seed, KeptStream).Permutation(mask.Kept), keys);
    }

    /// <summary>Population standard deviation of the whole layer's initial weights, in float64.</summary>
    public double Deviation => DeviationOf(Initial);

    /// <summary>Population standard deviation, in float64.</summary>
    public static double DeviationOf(ReadOnlySpan<float> values)
    {
        var mean = 0.0;
        foreach (var value in values)
        {
            mean += value;
        }

        mean /= values.Length;
        var squares = 0.0;
        foreach (var value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        return Math.Sqrt(squares / values.Length);
    }

    /// <summary>Zero where pruned, elsewhere what a rule gives for a position.</summary>
    internal float[] Kept(Func<int, float> value)
    {
        var values = new float[Mask.Count];
        foreach (var index in Mask.KeptIndices())
        {
            values[index] = value(index);
        }

        return values;
    }

    /// <summary>Initial weights, where pruned what a rule gives for a position.</summary>
    internal float[] Pruned(Func<int, float> value)
    {
        var values = new float[Mask.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Mask[i] ? Initial[i] : value(i);
        }

        return values;
    }
}
