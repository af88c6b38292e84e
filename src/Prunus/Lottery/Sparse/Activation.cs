using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Prunus.Lottery.Sparse;

/// <summary>What follows a product.</summary>
internal static class Activation
{
    /// <summary>Adds a bias to each row, then max(·, 0) where wanted; NaN stays NaN as in libtorch.</summary>
    /// <param name="values">[rows,lanes], changed in place.</param>
    /// <param name="bias">[rows].</param>
    /// <param name="relu">Whether negative values become 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(Span<float> values, ReadOnlySpan<float> bias, bool relu)
    {
        var lanes = bias.Length == 0 ? 0 : values.Length / bias.Length;
        for (var row = 0; row < bias.Length; row++)
        {
            Row(values.Slice(row * lanes, lanes), bias[row], relu);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row(Span<float> values, float bias, bool relu)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        foreach (ref var vector in vectors)
        {
            vector += new Vector<float>(bias);
            vector = relu ? Vector.Max(vector, Vector<float>.Zero) : vector;
        }

        foreach (ref var value in values[(vectors.Length * Vector<float>.Count)..])
        {
            value = relu ? Math.Max(value + bias, 0) : value + bias;
        }
    }
}
