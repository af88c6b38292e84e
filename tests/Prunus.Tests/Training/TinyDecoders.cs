using Prunus.Decoders;
using Prunus.Native;
using Prunus.Randomness;
using TorchSharp;

namespace Prunus.Tests.Training;

/// <summary>Decoders of some thousand parameters, and token blocks to train them on.</summary>
internal static class TinyDecoders
{
    public const int Vocabulary = 48, Length = 12, Batch = 4;

    static TinyDecoders() => Libtorch.Load();

    public static DecoderConfig Config(int hidden = 16, int layers = 2, bool tied = true) => new()
    {
        Family = "llama",
        VocabSize = Vocabulary,
        Hidden = hidden,
        HeadDim = 8,
        Layers = [.. Enumerable.Repeat(new LayerConfig(2, 1, 24), layers)],
        MaxPositions = 64,
        Rope = new RopeConfig(10000, 8),
        AttentionScale = 1 / Math.Sqrt(8),
        TiedEmbeddings = tied,
    };

    public static Decoder Create(long seed, int hidden = 16, int layers = 2, bool tied = true) =>
        Decoder.Initialise(Config(hidden, layers, tied), seed, 0.2, torch.CPU, torch.ScalarType.Float32);

    /// <summary>Counting sequences with a random start: learnable, and a pure function of the step.</summary>
    public static int[,] Tokens(int step)
    {
        var generator = new Philox4x32(7, (ulong)step);
        var ids = new int[Batch, Length];
        for (var b = 0; b < Batch; b++)
        {
            var start = new float[1];
            generator.FillNormal((ulong)b * 4, start, 20, 5);
            for (var t = 0; t < Length; t++)
            {
                ids[b, t] = Math.Abs((int)start[0] + (t * (b + 1))) % Vocabulary;
            }
        }

        return ids;
    }

    public static byte[] Bytes(Decoder decoder)
    {
        using var scope = torch.NewDisposeScope();
        return [.. decoder.Parameters.Values.SelectMany(p => p.detach().bytes.ToArray())];
    }
}
