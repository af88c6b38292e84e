using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Prunus.Checkpoints;

/// <summary>Exact widening of 16-bit floats, eight at a time.</summary>
internal static class HalfPrecision
{
    // 2^112 moves the exponent bias of binary16 (15) to that of binary32 (127); subnormals come out right as well.
    private const uint Rebias = 0x77800000;

    /// <summary>IEEE binary16 to float32.</summary>
    public static void FromFloat16(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        var halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        var i = 0;
        for (; i + 8 <= values.Length; i += 8)
        {
            var wide = Vector256.WidenLower(Vector128.Create(halves.Slice(i, 8)).ToVector256());
            var magnitude = (wide & Vector256.Create(0x7FFFu)) << 13;
            var scaled = (magnitude.AsSingle() * Vector256.Create(Rebias).AsSingle()).AsUInt32();
            var special = Vector256.GreaterThanOrEqual(magnitude, Vector256.Create(0x0F800000u)) & Vector256.Create(0x7F800000u);
            var sign = (wide & Vector256.Create(0x8000u)) << 16;
            (scaled | special | sign).AsSingle().CopyTo(values[i..]);
        }

        for (; i < values.Length; i++)
        {
            values[i] = (float)BitConverter.UInt16BitsToHalf(halves[i]);
        }
    }

    /// <summary>bfloat16 (the upper half of a float32) to float32.</summary>
    public static void FromBFloat16(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        var halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        var i = 0;
        for (; i + 8 <= values.Length; i += 8)
        {
            (Vector256.WidenLower(Vector128.Create(halves.Slice(i, 8)).ToVector256()) << 16).AsSingle().CopyTo(values[i..]);
        }

        for (; i < values.Length; i++)
        {
            values[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
        }
    }
}
