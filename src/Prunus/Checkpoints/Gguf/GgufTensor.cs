namespace Prunus.Checkpoints.Gguf;

/// <summary>One tensor of a GGUF file.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Type">How its elements are stored.</param>
/// <param name="Shape">Dimensions, row-major, outermost first (GGUF lists them the other way round).</param>
/// <param name="Start">Its first byte in the file.</param>
/// <param name="ByteCount">Its bytes.</param>
public sealed record GgufTensor(string Name, GgufTensorType Type, IReadOnlyList<long> Shape, long Start, long ByteCount)
{
    /// <summary>Number of elements.</summary>
    public long ElementCount { get; } = Shape.Aggregate(1L, (n, d) => checked(n * d));
}
