namespace Prunus.Decoders;

/// <summary>What an architecture costs to store and to run, from its configuration alone.</summary>
/// <param name="Parameters">All parameters; a tied head is counted once.</param>
/// <param name="NonEmbedding">Parameters outside the embedding, the position table and the output head.</param>
/// <param name="Context">Tokens of the pass that the next two figures are about.</param>
/// <param name="FlopsPerToken">
/// Floating-point operations per token of a causal forward pass over <paramref name="Context"/> tokens, the output head included: 2 for each
/// weight of a matrix product, and in attention 4 · head_dim per query head and attended token. Norms, activations and softmax are left out.
/// </param>
/// <param name="CachedPerSequence">Elements of keys and values held after <paramref name="Context"/> tokens; windowed layers keep their window.</param>
public sealed record DecoderCost(long Parameters, long NonEmbedding, int Context, double FlopsPerToken, long CachedPerSequence)
{
    /// <summary>Costs of an architecture.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="context">Tokens of a pass; default the positions that the model was made for.</param>
    public static DecoderCost Of(DecoderConfig config, int? context = null)
    {
        var tokens = context ?? config.MaxPositions;
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        long parameters = 0, nonEmbedding = 0;
        double products = (double)config.VocabSize * config.Hidden;
        foreach (var parameter in config.Parameters())
        {
            parameters += parameter.ElementCount;
            if (parameter.Layer is not null || parameter.Shape.Count == 1)
            {
                nonEmbedding += parameter.ElementCount;
                products += parameter.Shape.Count == 2 ? parameter.ElementCount : 0;
            }
        }

        double attention = 0;
        long cached = 0;
        foreach (var layer in config.Layers)
        {
            attention += 4.0 * layer.QueryHeads * config.HeadDim * MeanAttended(tokens, layer.Window);
            cached += 2L * layer.KvGroups * config.HeadDim * Math.Min(tokens, layer.Window ?? tokens);
        }

        return new DecoderCost(parameters, nonEmbedding, tokens, (2 * products) + attention, cached);
    }

    /// <summary>Bytes of the weights.</summary>
    /// <param name="bytesPerElement">4 for float32, 2 for float16 and bfloat16.</param>
    public long WeightBytes(int bytesPerElement) => checked(Parameters * bytesPerElement);

    /// <summary>Bytes of the key-value cache of so many sequences of <see cref="Context"/> tokens.</summary>
    /// <param name="bytesPerElement">4 for float32, 2 for float16 and bfloat16.</param>
    /// <param name="sequences">Sequences held at once.</param>
    public long CacheBytes(int bytesPerElement, int sequences = 1) => checked(CachedPerSequence * bytesPerElement * sequences);

    // Token t (1-based) attends to min(t, window) tokens, itself included.
    private static double MeanAttended(int tokens, int? window)
    {
        double w = Math.Min(tokens, window ?? tokens);
        return ((w * (w + 1) / 2) + ((tokens - w) * w)) / tokens;
    }
}
