namespace Prunus.Checkpoints.Gguf;

/// <summary>
/// ggml's K formats: super-blocks of 256 elements whose sub-blocks have small integer scales (and minima) times one float16 d (and dmin).
/// Values are (d·scale)·q - (dmin·minimum) in float32, operation by operation as ggml does it.
/// </summary>
internal static class SuperBlockFormats
{
    private const int Size = 256;

    /// <summary>16 bytes scale | minimum « 4, 64 bytes of four 2-bit q, d, dmin; sub-blocks of 16.</summary>
    public static void Q2_K(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length >= Size; values = values[Size..], blocks = blocks[84..])
        {
            var (d, min) = (BlockFormats.Half(blocks[80..]), BlockFormats.Half(blocks[82..]));
            for (var part = 0; part < 16; part++)
            {
                var scale = d * (blocks[part] & 15);
                var offset = min * (blocks[part] >> 4);
                var q = TwoBits(blocks.Slice(16, 64), part, out var shift);
                var y = values.Slice(part * 16, 16);
                for (var l = 0; l < y.Length; l++)
                {
                    y[l] = (scale * ((q[l] >> shift) & 3)) - offset;
                }
            }
        }
    }

    /// <summary>32 bytes of third bits, 64 bytes of four 2-bit q, 12 bytes of sixteen 6-bit scales, d; sub-blocks of 16; value (d·(scale - 32))·(q - 4).</summary>
    public static void Q3_K(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length >= Size; values = values[Size..], blocks = blocks[110..])
        {
            var d = BlockFormats.Half(blocks[108..]);
            var packed = blocks.Slice(96, 12);
            for (var part = 0; part < 16; part++)
            {
                var low = part < 8 ? packed[part] & 15 : packed[part - 8] >> 4;
                var high = (packed[8 + (part & 3)] >> (2 * (part >> 2))) & 3;
                var scale = d * ((low | high << 4) - 32);
                var q = TwoBits(blocks.Slice(32, 64), part, out var shift);
                var third = blocks.Slice((part & 1) * 16, 16);
                var bit = part >> 1;
                var y = values.Slice(part * 16, 16);
                for (var l = 0; l < y.Length; l++)
                {
                    y[l] = scale * (((q[l] >> shift) & 3) - (4 * (1 - ((third[l] >> bit) & 1))));
                }
            }
        }
    }

    /// <summary>d, dmin, 12 bytes of eight 6-bit scales and minima, 128 bytes of two 4-bit q; sub-blocks of 32.</summary>
    public static void Q4_K(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length >= Size; values = values[Size..], blocks = blocks[144..])
        {
            var (d, min) = (BlockFormats.Half(blocks), BlockFormats.Half(blocks[2..]));
            for (var part = 0; part < 8; part++)
            {
                var (scale, offset) = ScaleAndMinimum(blocks.Slice(4, 12), part);
                var (s, m) = (d * scale, min * offset);
                var q = blocks.Slice(16 + (part / 2 * 32), 32);
                var shift = (part & 1) * 4;
                var y = values.Slice(part * 32, 32);
                for (var l = 0; l < y.Length; l++)
                {
                    y[l] = (s * ((q[l] >> shift) & 15)) - m;
                }
            }
        }
    }

    /// <summary>d, dmin, scales and minima as Q4_K, 32 bytes of fifth bits, 128 bytes of two 4-bit q; sub-blocks of 32.</summary>
    public static void Q5_K(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length >= Size; values = values[Size..], blocks = blocks[176..])
        {
            var (d, min) = (BlockFormats.Half(blocks), BlockFormats.Half(blocks[2..]));
            var fifth = blocks.Slice(16, 32);
            for (var part = 0; part < 8; part++)
            {
                var (scale, offset) = ScaleAndMinimum(blocks.Slice(4, 12), part);
                var (s, m) = (d * scale, min * offset);
                var q = blocks.Slice(48 + (part / 2 * 32), 32);
                var shift = (part & 1) * 4;
                var y = values.Slice(part * 32, 32);
                for (var l = 0; l < y.Length; l++)
                {
                    y[l] = (s * (((q[l] >> shift) & 15) + (((fifth[l] >> part) & 1) << 4))) - m;
                }
            }
        }
    }

    /// <summary>128 bytes of low 4 bits, 64 bytes of high 2 bits, 16 signed scales, d; sub-blocks of 16; value (d·scale)·(q - 32).</summary>
    public static void Q6_K(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length >= Size; values = values[Size..], blocks = blocks[210..])
        {
            var d = BlockFormats.Half(blocks[208..]);
            for (var part = 0; part < 16; part++)
            {
                // Each half of 128 elements has four quarters of 32: the quarter picks nibble and bit pair.
                var (half, quarter, start) = (part >> 3, (part >> 1) & 3, (part & 1) * 16);
                var low = blocks.Slice((half * 64) + ((quarter & 1) * 32) + start, 16);
                var high = blocks.Slice(128 + (half * 32) + start, 16);
                var (nibble, pair) = ((quarter >> 1) * 4, quarter * 2);
                var scale = d * (sbyte)blocks[192 + part];
                var y = values.Slice(part * 16, 16);
                for (var l = 0; l < y.Length; l++)
                {
                    y[l] = scale * ((((low[l] >> nibble) & 15) | (((high[l] >> pair) & 3) << 4)) - 32);
                }
            }
        }
    }

    // Two halves of 128 elements; in each, byte l holds elements l, l + 32, l + 64, l + 96.
    private static ReadOnlySpan<byte> TwoBits(ReadOnlySpan<byte> q, int part, out int shift)
    {
        shift = ((part >> 1) & 3) * 2;
        return q.Slice(((part >> 3) * 32) + ((part & 1) * 16), 16);
    }

    // Eight pairs of 6 bits in 12 bytes: the last four pairs have their upper bits above those of the first four.
    private static (int Scale, int Minimum) ScaleAndMinimum(ReadOnlySpan<byte> packed, int part) => part < 4
        ? (packed[part] & 63, packed[part + 4] & 63)
        : ((packed[part + 4] & 15) | (packed[part - 4] >> 6 << 4), (packed[part + 4] >> 4) | (packed[part] >> 6 << 4));
}
