namespace Prunus.Checkpoints.Gguf;

/// <summary>How GGUF stores elements: in blocks of a fixed number of elements and bytes.</summary>
/// <param name="Name">ggml's spelling.</param>
/// <param name="Element">The plain element type, or <see cref="ElementType.Quantised"/>.</param>
/// <param name="BlockElements">Elements in a block; 1 for plain types.</param>
/// <param name="BlockBytes">Bytes of a block.</param>
/// <param name="Dequantise">Turns whole blocks into float32.</param>
public sealed record GgufTensorType(string Name, ElementType Element, int BlockElements, int BlockBytes, BlockReader Dequantise)
{
    private static readonly Dictionary<uint, GgufTensorType> Known = new()
    {
        [0] = Plain(ElementType.F32), [1] = Plain(ElementType.F16), [30] = Plain(ElementType.BF16), [28] = Plain(ElementType.F64),
        [24] = Plain(ElementType.I8), [25] = Plain(ElementType.I16), [26] = Plain(ElementType.I32), [27] = Plain(ElementType.I64),
        [2] = Blocks("Q4_0", 32, 18, BlockFormats.Q4_0), [3] = Blocks("Q4_1", 32, 20, BlockFormats.Q4_1),
        [6] = Blocks("Q5_0", 32, 22, BlockFormats.Q5_0), [7] = Blocks("Q5_1", 32, 24, BlockFormats.Q5_1),
        [8] = Blocks("Q8_0", 32, 34, BlockFormats.Q8_0), [20] = Blocks("IQ4_NL", 32, 18, BlockFormats.IQ4_NL),
        [10] = Blocks("Q2_K", 256, 84, SuperBlockFormats.Q2_K), [11] = Blocks("Q3_K", 256, 110, SuperBlockFormats.Q3_K),
        [12] = Blocks("Q4_K", 256, 144, SuperBlockFormats.Q4_K), [13] = Blocks("Q5_K", 256, 176, SuperBlockFormats.Q5_K),
        [14] = Blocks("Q6_K", 256, 210, SuperBlockFormats.Q6_K),
    };

    private static readonly Dictionary<uint, string> Unread = new()
    {
        [9] = "Q8_1", [15] = "Q8_K", [16] = "IQ2_XXS", [17] = "IQ2_XS", [18] = "IQ3_XXS", [19] = "IQ1_S", [21] = "IQ3_S", [22] = "IQ2_S",
        [23] = "IQ4_XS", [29] = "IQ1_M", [34] = "TQ1_0", [35] = "TQ2_0", [39] = "MXFP4",
    };

    /// <summary>The type of a number in the file, or null with its name (if it has one) in <paramref name="name"/>.</summary>
    public static GgufTensorType? Find(uint id, out string name)
    {
        Known.TryGetValue(id, out var type);
        name = type?.Name ?? Unread.GetValueOrDefault(id, $"number {id}");
        return type;
    }

    private static GgufTensorType Plain(ElementType type) => new(
        SafetensorsTypes.Name(type), type, 1, SafetensorsTypes.Bits(type) / 8, (bytes, values) => ElementConversion.ToSingle(type, bytes, 0, values));

    private static GgufTensorType Blocks(string name, int elements, int bytes, BlockReader read) => new(name, ElementType.Quantised, elements, bytes, read);
}

/// <summary>Turns whole blocks into float32, with the very operations of ggml in their order.</summary>
public delegate void BlockReader(ReadOnlySpan<byte> blocks, Span<float> values);
