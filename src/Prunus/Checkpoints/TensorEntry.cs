namespace Prunus.Checkpoints;

/// <summary>What a checkpoint's header says of one tensor.</summary>
/// <param name="Name">Name in Hugging Face form.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Dimensions, row-major, outermost first; empty for a scalar.</param>
/// <param name="ByteCount">Bytes in the file.</param>
/// <param name="StoredAs">Spelling of the type in the file: <c>BF16</c>, <c>Q4_1</c> …</param>
public sealed record TensorEntry(string Name, ElementType Type, IReadOnlyList<long> Shape, long ByteCount, string StoredAs)
{
    /// <summary>Number of elements.</summary>
    public long ElementCount { get; } = Shape.Aggregate(1L, (n, d) => checked(n * d));
}
