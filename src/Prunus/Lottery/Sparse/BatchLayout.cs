using System.Runtime.CompilerServices;

namespace Prunus.Lottery.Sparse;

/// <summary>From items one after another to items side by side, and back.</summary>
internal static unsafe class BatchLayout
{
    /// <summary>Chosen features of items, [features,lanes]; lanes behind the last item are 0.</summary>
    /// <param name="items">[count,stride] row-major.</param>
    /// <param name="count">Number of items.</param>
    /// <param name="stride">Features of an item.</param>
    /// <param name="chosen">Which features, in this order.</param>
    /// <param name="packed">[chosen,lanes].</param>
    /// <param name="lanes">Lanes, <paramref name="count"/> or more.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(ReadOnlySpan<float> items, int count, int stride, ReadOnlySpan<int> chosen, Span<float> packed, int lanes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(items.Length, count * stride);
        ArgumentOutOfRangeException.ThrowIfLessThan(packed.Length, chosen.Length * lanes);
        packed[..(chosen.Length * lanes)].Clear();
        fixed (float* from = items, to = packed)
        {
            // Sixteen items at a time: their lines stay in the first cache while all features are read.
            for (var first = 0; first < count; first += WeightMatrix.Lanes)
            {
                var last = Math.Min(count, first + WeightMatrix.Lanes);
                for (var i = 0; i < chosen.Length; i++)
                {
                    var (row, feature) = ((nint)i * lanes, chosen[i]);
                    for (var lane = first; lane < last; lane++)
                    {
                        to[row + lane] = from[(nint)lane * stride + feature];
                    }
                }
            }
        }
    }

    /// <summary>Undoes it for all features.</summary>
    /// <param name="packed">[features,lanes].</param>
    /// <param name="lanes">Lanes.</param>
    /// <param name="count">Items wanted.</param>
    /// <param name="items">[count,features].</param>
    /// <param name="features">Features of an item.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(ReadOnlySpan<float> packed, int lanes, int count, Span<float> items, int features)
    {
        for (var feature = 0; feature < features; feature++)
        {
            for (var lane = 0; lane < count; lane++)
            {
                items[lane * features + feature] = packed[feature * lanes + lane];
            }
        }
    }
}
