using System.Buffers;
using System.Numerics;

namespace Prunus.Lottery.Supermasks;

/// <summary>The value at a rank by counting leading bits (a radix select), which reads the values twice where a partition moves them about.</summary>
internal static class RankSelect
{
    private const int Bits = 11, First = 32 - Bits;

    /// <summary>0 for the lowest values, 1 for the others; of equal ones those at lower indices are lower.</summary>
    /// <param name="values">No NaN.</param>
    /// <param name="dropped">How many get 0, from 1 to one less than all.</param>
    /// <param name="mask">As long as the values.</param>
    public static void Keep(ReadOnlySpan<float> values, int dropped, Span<float> mask)
    {
        var (last, equal) = Lowest(values, dropped);
        var (limit, i) = (new Vector<float>(last), 0);
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.ConditionalSelect(Vector.GreaterThanOrEqual(new Vector<float>(values[i..]), limit), Vector<float>.One, Vector<float>.Zero).CopyTo(mask[i..]);
        }

        for (; i < values.Length; i++)
        {
            mask[i] = values[i] >= last ? 1 : 0;
        }

        for (int start = 0, at; equal > 0 && (at = values[start..].IndexOf(last)) >= 0; equal--)
        {
            mask[start + at] = 0;
            start += at + 1;
        }
    }

    /// <summary>The highest of the lowest, and how many of those are equal to it.</summary>
    private static (float Last, int Equal) Lowest(ReadOnlySpan<float> values, int dropped)
    {
        Span<int> counts = stackalloc int[1 << Bits];
        counts.Clear();
        foreach (var value in values)
        {
            counts[(int)(Key(value) >> First)]++;
        }

        var (bin, rank) = Pick(counts, dropped);
        var rented = ArrayPool<uint>.Shared.Rent(counts[bin]);
        try
        {
            var keys = rented.AsSpan(0, counts[bin]);
            var found = 0;
            foreach (var value in values)
            {
                var key = Key(value);
                if (key >> First == bin)
                {
                    keys[found++] = key;
                }
            }

            var last = Within(keys, rank, First, counts);
            var lower = 0;
            foreach (var key in keys)
            {
                lower += key < last ? 1 : 0;
            }

            return (Value(last), rank - lower);
        }
        finally
        {
            ArrayPool<uint>.Shared.Return(rented);
        }
    }

    // The rank-th lowest of keys that agree in the bits from `known` on; counted from 1.
    private static uint Within(ReadOnlySpan<uint> keys, int rank, int known, Span<int> counts)
    {
        var prefix = keys[0] >> known << known;
        while (known > 0)
        {
            var next = Math.Max(0, known - Bits);
            var ahead = prefix >> known;
            counts.Clear();
            foreach (var key in keys)
            {
                if ((ulong)key >> known == ahead)
                {
                    counts[(int)(key >> next) & ((1 << (known - next)) - 1)]++;
                }
            }

            (var bin, rank) = Pick(counts, rank);
            prefix |= (uint)bin << next;
            known = next;
        }

        return prefix;
    }

    // The bin of a rank, and the rank within it.
    private static (int Bin, int Rank) Pick(ReadOnlySpan<int> counts, int rank)
    {
        var bin = 0;
        for (; counts[bin] < rank; bin++)
        {
            rank -= counts[bin];
        }

        return (bin, rank);
    }

    // Whole numbers in the order of the values; -0 is 0.
    private static uint Key(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value + 0.0f);
        return bits ^ ((uint)((int)bits >> 31) | 0x8000_0000);
    }

    private static float Value(uint key) => BitConverter.UInt32BitsToSingle((key & 0x8000_0000) != 0 ? key ^ 0x8000_0000 : ~key);
}
