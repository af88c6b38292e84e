using System.Buffers.Binary;

namespace Prunus.Checkpoints.Gguf;

/// <summary>
/// ggml's formats of 32 elements a block: a float16 scale d (and offset m) and integers q. Values are d·q or d·q + m in float32,
/// operation by operation as ggml does it, so that every bit agrees.
/// </summary>
internal static class BlockFormats
{
    private const int Size = 32;

    // The 16 levels of IQ4_NL, denser around zero.
    private static ReadOnlySpan<sbyte> NonLinearLevels => [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    public static float Half(ReadOnlySpan<byte> bytes) => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);

    /// <summary>d, 16 bytes of two 4-bit q: low nibbles are elements 0-15, high ones 16-31; value d·(q - 8).</summary>
    public static void Q4_0(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length >= Size; values = values[Size..], blocks = blocks[18..])
        {
            var d = Half(blocks);
            var q = blocks.Slice(2, 16);
            var low = values[..16];
            var high = values.Slice(16, 16);
            for (var j = 0; j < q.Length; j++)
            {
                low[j] = ((q[j] & 15) - 8) * d;
                high[j] = ((q[j] >> 4) - 8) * d;
            }
        }
    }

    /// <summary>d, m, then as Q4_0; value d·q + m.</summary>
    public static void Q4_1(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length >= Size; values = values[Size..], blocks = blocks[20..])
        {
            var (d, m) = (Half(blocks), Half(blocks[2..]));
            var q = blocks.Slice(4, 16);
            var low = values[..16];
            var high = values.Slice(16, 16);
            for (var j = 0; j < q.Length; j++)
            {
                low[j] = ((q[j] & 15) * d) + m;
                high[j] = ((q[j] >> 4) * d) + m;
            }
        }
    }

    /// <summary>d, 32 fifth bits, then as Q4_0; value d·(q - 16).</summary>
    public static void Q5_0(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length >= Size; values = values[Size..], blocks = blocks[22..])
        {
            var d = Half(blocks);
            var fifth = BinaryPrimitives.ReadUInt32LittleEndian(blocks[2..]);
            var q = blocks.Slice(6, 16);
            for (var j = 0; j < q.Length; j++)
            {
                values[j] = (Low5(q[j], fifth, j) - 16) * d;
                values[j + 16] = (High5(q[j], fifth, j) - 16) * d;
            }
        }
    }

    /// <summary>d, m, 32 fifth bits, then as Q4_0; value d·q + m.</summary>
    public static void Q5_1(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length >= Size; values = values[Size..], blocks = blocks[24..])
        {
            var (d, m) = (Half(blocks), Half(blocks[2..]));
            var fifth = BinaryPrimitives.ReadUInt32LittleEndian(blocks[4..]);
            var q = blocks.Slice(8, 16);
            for (var j = 0; j < q.Length; j++)
            {
                values[j] = (Low5(q[j], fifth, j) * d) + m;
                values[j + 16] = (High5(q[j], fifth, j) * d) + m;
            }
        }
    }

    /// <summary>d, 32 signed bytes; value d·q.</summary>
    public static void Q8_0(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length >= Size; values = values[Size..], blocks = blocks[34..])
        {
            var d = Half(blocks);
            var q = blocks.Slice(2, Size);
            var block = values[..Size];
            for (var j = 0; j < q.Length; j++)
            {
                block[j] = (sbyte)q[j] * d;
            }
        }
    }

    /// <summary>As Q4_0, but q is an index into 16 levels.</summary>
    public static void IQ4_NL(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length >= Size; values = values[Size..], blocks = blocks[18..])
        {
            var d = Half(blocks);
            var q = blocks.Slice(2, 16);
            for (var j = 0; j < q.Length; j++)
            {
                values[j] = d * NonLinearLevels[q[j] & 15];
                values[j + 16] = d * NonLinearLevels[q[j] >> 4];
            }
        }
    }

    private static int Low5(byte q, uint fifth, int j) => (q & 15) | (int)((fifth >> j) & 1) << 4;

    private static int High5(byte q, uint fifth, int j) => (q >> 4) | (int)((fifth >> (j + 16)) & 1) << 4;
}
