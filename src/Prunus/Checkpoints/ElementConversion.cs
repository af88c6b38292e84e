using System.Runtime.InteropServices;

namespace Prunus.Checkpoints;

/// <summary>Little-endian stored elements to float32 and int64.</summary>
internal static class ElementConversion
{
    /// <summary>Converts elements of any real type; integers beyond 2^24 round as a cast does, booleans become 0 and 1.</summary>
    /// <param name="type">A real type of the safetensors format.</param>
    /// <param name="bytes">Bytes that hold the elements; the first one starts at bit <paramref name="firstBit"/> of them.</param>
    /// <param name="firstBit">0 but for the types that pack several elements into a byte (lowest bits first).</param>
    /// <param name="values">One float per element.</param>
    public static void ToSingle(ElementType type, ReadOnlySpan<byte> bytes, int firstBit, Span<float> values)
    {
        switch (type)
        {
            case ElementType.F32: MemoryMarshal.Cast<byte, float>(bytes)[..values.Length].CopyTo(values); break;
            case ElementType.F16: HalfPrecision.FromFloat16(bytes, values); break;
            case ElementType.BF16: HalfPrecision.FromBFloat16(bytes, values); break;
            case ElementType.F64: Cast<double>(bytes, values, v => (float)v); break;
            case ElementType.I64: Cast<long>(bytes, values, v => v); break;
            case ElementType.U64: Cast<ulong>(bytes, values, v => v); break;
            case ElementType.I32: Cast<int>(bytes, values, v => v); break;
            case ElementType.U32: Cast<uint>(bytes, values, v => v); break;
            case ElementType.I16: Cast<short>(bytes, values, v => v); break;
            case ElementType.U16: Cast<ushort>(bytes, values, v => v); break;
            case ElementType.I8: Cast<sbyte>(bytes, values, v => v); break;
            case ElementType.U8: Cast<byte>(bytes, values, v => v); break;
            case ElementType.Bool: Cast<byte>(bytes, values, v => v == 0 ? 0 : 1); break;
            default: Small(type, bytes, firstBit, values); break;
        }
    }

    /// <summary>Converts integers and booleans; null for other types, false in <paramref name="fits"/> when a value is beyond int64.</summary>
    public static long[]? ToInt64(ElementType type, ReadOnlySpan<byte> bytes, out bool fits)
    {
        var tooBig = false;
        long[]? values = type switch
        {
            ElementType.I64 => MemoryMarshal.Cast<byte, long>(bytes).ToArray(),
            ElementType.U64 => Cast<ulong>(bytes, v =>
            {
                tooBig |= v > long.MaxValue;
                return (long)v;
            }),
            ElementType.I32 => Cast<int>(bytes, v => v),
            ElementType.U32 => Cast<uint>(bytes, v => v),
            ElementType.I16 => Cast<short>(bytes, v => v),
            ElementType.U16 => Cast<ushort>(bytes, v => v),
            ElementType.I8 => Cast<sbyte>(bytes, v => v),
            ElementType.U8 => Cast<byte>(bytes, v => v),
            ElementType.Bool => Cast<byte>(bytes, v => v == 0 ? 0 : 1),
            _ => null,
        };
        fits = !tooBig;
        return values;
    }

    private static void Cast<T>(ReadOnlySpan<byte> bytes, Span<float> values, Func<T, float> convert)
        where T : struct
    {
        var stored = MemoryMarshal.Cast<byte, T>(bytes);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = convert(stored[i]);
        }
    }

    private static long[] Cast<T>(ReadOnlySpan<byte> bytes, Func<T, long> convert)
        where T : struct
    {
        var stored = MemoryMarshal.Cast<byte, T>(bytes);
        var values = new long[stored.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = convert(stored[i]);
        }

        return values;
    }

    private static void Small(ElementType type, ReadOnlySpan<byte> bytes, int firstBit, Span<float> values)
    {
        var table = SmallFloats.Values(type) ?? throw new ArgumentOutOfRangeException(nameof(type), type, "not a real type");
        var bits = SafetensorsTypes.Bits(type);
        var mask = (1 << bits) - 1;
        for (var i = 0; i < values.Length; i++)
        {
            var bit = firstBit + ((long)i * bits);
            var at = (int)(bit >> 3);
            var word = bytes[at] | (at + 1 < bytes.Length ? bytes[at + 1] << 8 : 0);
            values[i] = table[(word >> (int)(bit & 7)) & mask];
        }
    }
}
