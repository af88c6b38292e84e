using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Prunus.Checkpoints;

namespace Prunus.Decoders;

/// <summary>Canonical parameters → tensors as the family stores them.</summary>
public static class WeightExport
{
    /// <summary>Tensors to write for an architecture; each is composed when its turn comes.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="type">F32, F16 or BF16 (rounded to nearest, ties to even).</param>
    /// <param name="read">Values of a canonical parameter, row-major.</param>
    public static IReadOnlyList<TensorSource> Tensors(DecoderConfig config, ElementType type, Func<ParameterSpec, float[]> read) =>
        [.. StoredParameter.All(config).Where(p => p.PartIndex == 0).Select(p => new TensorSource(p.StoredName, type, p.StoredShape, () => [Encode(Compose(config, p, read), type)]))];

    private static float[] Compose(DecoderConfig config, StoredParameter first, Func<ParameterSpec, float[]> read)
    {
        if (first.Parts.Count == 1 && (first.Layout != WeightLayout.Transposed || first.Parameter.Shape.Count == 1))
        {
            return read(first.Parameter);
        }

        var (total, columns) = (first.TotalRows, first.Columns);
        var stored = new float[(long)total * columns];
        foreach (var part in first.Parts.Select(p => first with { Parameter = p }))
        {
            var values = read(part.Parameter);
            for (var r = 0; r < part.Rows; r++)
            {
                var row = values.AsSpan(r * columns, columns);
                if (first.Layout == WeightLayout.Transposed && first.Parameter.Shape.Count == 2)
                {
                    for (var c = 0; c < columns; c++)
                    {
                        stored[((long)c * total) + part.FirstRow + r] = row[c];
                    }
                }
                else
                {
                    var (head, within) = Math.DivRem(r, config.HeadDim);
                    var target = first.Layout == WeightLayout.InterleavedByHead
                        ? (((head * part.Parts.Count) + part.PartIndex) * config.HeadDim) + within
                        : part.FirstRow + r;
                    row.CopyTo(stored.AsSpan(target * columns, columns));
                }
            }
        }

        return stored;
    }

    private static ReadOnlyMemory<byte> Encode(float[] values, ElementType type)
    {
        if (type == ElementType.F32)
        {
            return MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
        }

        var bytes = new byte[2L * values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var bits = type == ElementType.BF16 ? BFloat16Bits(values[i]) : BitConverter.HalfToUInt16Bits((Half)values[i]);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), bits);
        }

        return bytes;
    }

    private static ushort BFloat16Bits(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
