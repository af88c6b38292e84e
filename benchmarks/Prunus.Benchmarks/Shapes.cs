using Prunus.Decoders;

namespace Prunus.Benchmarks;

/// <summary>Architectures that benchmarks time with random weights.</summary>
internal static class Shapes
{
    /// <summary>SmolLM2-135M.</summary>
    public static DecoderConfig SmolLm2 { get; } = Llama(hidden: 576, ffn: 1536, layers: 30);

    /// <summary>The 65M student of the distillation benchmark.</summary>
    public static DecoderConfig Student { get; } = Llama(hidden: 432, ffn: 1024, layers: 22);

    private static DecoderConfig Llama(int hidden, int ffn, int layers) => new()
    {
        Family = "llama",
        VocabSize = 49152,
        Hidden = hidden,
        HeadDim = 64,
        Layers = [.. Enumerable.Repeat(new LayerConfig(9, 3, ffn), layers)],
        MaxPositions = 8192,
        NormEpsilon = 1e-5,
        TiedEmbeddings = true,
        Rope = new RopeConfig(100_000, 64),
        AttentionScale = 0.125,
    };
}
