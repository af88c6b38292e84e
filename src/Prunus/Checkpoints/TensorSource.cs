using System.Runtime.InteropServices;

namespace Prunus.Checkpoints;

/// <summary>One tensor to be written: known shape, values produced when its turn comes.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Type">Type to write: F32, F16, BF16 (rounded to nearest even), F64, I64, I32, U8 or Bool.</param>
/// <param name="Shape">Dimensions, row-major.</param>
/// <param name="Bytes">Gives the little-endian bytes of the tensor, exactly element count × element size, in as many pieces as it likes.</param>
public sealed record TensorSource(string Name, ElementType Type, IReadOnlyList<long> Shape, Func<IEnumerable<ReadOnlyMemory<byte>>> Bytes)
{
    /// <summary>A tensor of given float32 values, written as F32, F16 or BF16 (rounded to nearest, ties to even).</summary>
    public static TensorSource Of(string name, ElementType type, IReadOnlyList<long> shape, Func<ReadOnlyMemory<float>> values) =>
        new(name, type, shape, () => FloatBytes.Pieces(type, values()));

    /// <summary>A tensor of 64-bit integers.</summary>
    public static TensorSource Of(string name, IReadOnlyList<long> shape, long[] values) =>
        new(name, ElementType.I64, shape, () => [MemoryMarshal.AsBytes(values.AsSpan()).ToArray()]);
}
