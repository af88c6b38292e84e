using Prunus.Lottery.Masks;

namespace Prunus.Lottery.Tickets;

/// <summary>A mask as bytes and back. Rows are the first dimension, columns all others.</summary>
internal static class MaskCodec
{
    private static readonly MaskCoding[] Adaptive = [MaskCoding.Density, MaskCoding.Columns, MaskCoding.RowsAndColumns];

    private const int MostColumns = 1 << 22;

    /// <summary>The shortest of all codings; of equal ones the first.</summary>
    public static (MaskCoding Coding, byte[] Bytes) Encode(Mask mask) => Adaptive.Where(coding => Takes(mask.Shape, coding))
        .Select(coding => (coding, Encode(mask, coding))).Prepend((MaskCoding.Packed, Pack(mask))).MinBy(c => c.Item2.Length);

    /// <summary>Whether a coding is used for a shape: counters for very many columns would cost more memory than the mask.</summary>
    public static bool Takes(IReadOnlyList<long> shape, MaskCoding coding) => coding is MaskCoding.Packed or MaskCoding.Density || Columns(shape) <= MostColumns;

    internal static byte[] Encode(Mask mask, MaskCoding coding)
    {
        if (coding == MaskCoding.Packed)
        {
            return Pack(mask);
        }

        var (encoder, model) = (new ArithmeticEncoder(), new MaskModel(coding, Counters(mask.Shape, coding)));
        for (var i = 0; i < mask.Count; i++)
        {
            var bit = mask[i];
            encoder.Encode(bit, model.Probability());
            model.Update(bit);
        }

        return encoder.Finish();
    }

    /// <summary>Never fails: the caller compares the number of kept weights with what it was told.</summary>
    public static Mask Decode(IReadOnlyList<long> shape, MaskCoding coding, ReadOnlySpan<byte> bytes)
    {
        var words = new ulong[(shape.Aggregate(1L, (n, d) => n * d) + 63) / 64];
        if (coding == MaskCoding.Packed)
        {
            for (var i = 0; i < Math.Min(bytes.Length, 8 * words.Length); i++)
            {
                words[i >> 3] |= (ulong)bytes[i] << (8 * (i & 7));
            }
        }
        else
        {
            Decode(words, shape, coding, bytes);
        }

        // Packed bytes may set bits behind the last element.
        var count = shape.Aggregate(1L, (n, d) => n * d);
        if (count % 64 != 0)
        {
            words[^1] &= (1UL << (int)(count % 64)) - 1;
        }

        return Mask.Of(shape, words);
    }

    private static void Decode(ulong[] words, IReadOnlyList<long> shape, MaskCoding coding, ReadOnlySpan<byte> bytes)
    {
        var decoder = new ArithmeticDecoder(bytes);
        var (model, count) = (new MaskModel(coding, Counters(shape, coding)), shape.Aggregate(1L, (n, d) => n * d));
        for (var i = 0; i < count; i++)
        {
            var bit = decoder.Decode(model.Probability());
            model.Update(bit);
            words[i >> 6] |= bit ? 1UL << (i & 63) : 0;
        }
    }

    private static int Columns(IReadOnlyList<long> shape) => (int)shape.Skip(1).Aggregate(1L, (n, d) => n * d);

    private static int Counters(IReadOnlyList<long> shape, MaskCoding coding) => coding == MaskCoding.Density ? 1 : Columns(shape);

    private static byte[] Pack(Mask mask)
    {
        var bytes = new byte[(mask.Count + 7) / 8];
        foreach (var i in mask.KeptIndices())
        {
            bytes[i >> 3] |= (byte)(1 << (i & 7));
        }

        return bytes;
    }
}
