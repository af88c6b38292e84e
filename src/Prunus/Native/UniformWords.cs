using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Prunus.Native;

/// <summary>
/// The numbers of <see cref="Ops.FillUniform"/> in the host's memory, sixteen at a time: the highest 24 bits of words of SplitMix64 (Steele, Lea and Flood 2014). z = key + (i + 1)·γ;
/// z = (z ⊕ z≫30)·m₁; z = (z ⊕ z≫27)·m₂. The generator's last step, z ⊕ z≫31, leaves those bits as they are.
/// </summary>
internal static class UniformWords
{
    private const ulong Gold = 0x9E3779B97F4A7C15, First = 0xBF58476D1CE4E5B9, Second = 0x94D049BB133111EB;
    private const float Unit = 1f / (1 << 24);
    private const int Lanes = 8;

    /// <summary>Fills with numbers in [0, 1).</summary>
    public static void Fill(Span<float> values, ulong key)
    {
        ref var to = ref MemoryMarshal.GetReference(values);
        var steps = Vector512<ulong>.Indices * Gold;
        var i = 0;
        for (; i <= values.Length - (2 * Lanes); i += 2 * Lanes)
        {
            var start = unchecked(key + ((ulong)(i + 1) * Gold));
            var low = Highest(Vector512.Create(start) + steps);
            var high = Highest(Vector512.Create(unchecked(start + (Lanes * Gold))) + steps);
            (Vector512.ConvertToSingle(Vector512.Narrow(low, high).AsInt32()) * Unit).StoreUnsafe(ref to, (nuint)i);
        }

        for (; i < values.Length; i++)
        {
            values[i] = Highest(Vector512.Create(unchecked(key + ((ulong)(i + 1) * Gold))))[0] * Unit;
        }
    }

    private static Vector512<ulong> Highest(Vector512<ulong> z)
    {
        z = (z ^ (z >> 30)) * First;
        z = (z ^ (z >> 27)) * Second;
        return z >> 40;
    }
}
