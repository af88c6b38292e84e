using System.Runtime.InteropServices;

namespace Prunus.Checkpoints;

/// <summary>float32 to the bytes of F32, F16 and BF16, piece by piece.</summary>
internal static class FloatBytes
{
    private const int PieceElements = 1 << 18;

    public static IEnumerable<ReadOnlyMemory<byte>> Pieces(ElementType type, ReadOnlyMemory<float> values)
    {
        for (var start = 0; start < values.Length; start += PieceElements)
        {
            yield return Piece(type, values.Span.Slice(start, Math.Min(PieceElements, values.Length - start)));
        }
    }

    private static byte[] Piece(ElementType type, ReadOnlySpan<float> values)
    {
        if (type == ElementType.F32)
        {
            return MemoryMarshal.AsBytes(values).ToArray();
        }

        var bytes = new byte[values.Length * 2];
        var halves = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan());
        for (var i = 0; i < values.Length; i++)
        {
            halves[i] = type switch
            {
                ElementType.BF16 => ToBFloat16(values[i]),
                ElementType.F16 => BitConverter.HalfToUInt16Bits((Half)values[i]),
                _ => throw new ArgumentOutOfRangeException(nameof(type), type, "floats are written as F32, F16 or BF16"),
            };
        }

        return bytes;
    }

    // Nearest, ties to even; a NaN keeps a bit set, so that it does not become infinite.
    private static ushort ToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
