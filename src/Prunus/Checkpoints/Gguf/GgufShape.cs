namespace Prunus.Checkpoints.Gguf;

/// <summary>Widths of a GGUF model, read and checked once.</summary>
/// <param name="Layers">Number of layers.</param>
/// <param name="Hidden">Width of the residual stream.</param>
/// <param name="Vocabulary">Rows of the embedding.</param>
/// <param name="HeadDim">Entries of a head.</param>
/// <param name="QueryHeads">By layer.</param>
/// <param name="KvHeads">By layer.</param>
/// <param name="Ffn">By layer.</param>
internal sealed record GgufShape(int Layers, long Hidden, long Vocabulary, long HeadDim, long[] QueryHeads, long[] KvHeads, long[] Ffn)
{
    private const long MostLayers = 4096;

    /// <exception cref="PrunusInputException">A key is missing or absurd, or the file lacks the token embedding.</exception>
    public static GgufShape Read(GgufMetadata metadata, GgufFile file)
    {
        string Own(string key) => metadata.Own(key);
        var layers = (int)(metadata.OptionalInt(Own("block_count"), 1, Math.Min(MostLayers, file.Tensors.Count))
            ?? throw metadata.Fault(Own("block_count"), "is missing", "get a complete file"));
        var hidden = metadata.Int(Own("embedding_length"));
        var heads = metadata.PerLayer(Own("attention.head_count"), layers) ?? throw metadata.Fault(Own("attention.head_count"), "is missing", "get a complete file");
        var ffn = metadata.PerLayer(Own("feed_forward_length"), layers) ?? throw metadata.Fault(Own("feed_forward_length"), "is missing", "get a complete file");
        if (metadata.OptionalInt(Own("expert_count")) is > 0)
        {
            throw metadata.Fault(Own("expert_count"), "says that this is a mixture of experts, which is not supported", "use a dense model");
        }

        var headDim = metadata.OptionalInt(Own("attention.key_length"), 1)
            ?? (hidden % heads[0] == 0 ? hidden / heads[0] : throw metadata.Fault(Own("attention.head_count"), $"does not divide {hidden}", "get the file again"));
        if (metadata.OptionalInt(Own("attention.value_length"), 1) is { } value && value != headDim)
        {
            throw metadata.Fault(Own("attention.value_length"), $"is {value} where keys have {headDim}, which is not supported", "use another model");
        }

        return file.Tensors.TryGetValue("token_embd.weight", out var embedding) && embedding.Shape.Count == 2
            ? new GgufShape(layers, hidden, embedding.Shape[0], headDim, heads, metadata.PerLayer(Own("attention.head_count_kv"), layers) ?? heads, ffn)
            : throw new PrunusInputException(file.Location, "has no matrix token_embd.weight", "give the GGUF file of a language model");
    }
}
