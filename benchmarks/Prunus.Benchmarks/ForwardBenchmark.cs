using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Benchmarks;

/// <summary>A whole forward pass against its matrix products alone (projections, attention scores and values, output head), float32 on the CPU.</summary>
internal static class ForwardBenchmark
{
    private const int Length = 1024;

    public static void Run(string? path)
    {
        Libtorch.Load();
        using var noGrad = no_grad();
        using var decoder = path is null ? Decoder.Initialise(Shapes.SmolLm2, 1, 0.02, CPU, ScalarType.Float32) : Load(path);
        using var ids = (arange(Length) * 7919 % decoder.Config.VocabSize).unsqueeze(0);
        var products = Products(decoder);
        var results = Timing.ByTurns(7, () => Forward(decoder, ids), () => Multiply(products));
        Console.WriteLine($"forward of {Length} tokens      least {results[0].Least:F3} s   median {results[0].Median:F3} s");
        Console.WriteLine($"its matrix products alone    least {results[1].Least:F3} s   median {results[1].Median:F3} s");
        Console.WriteLine($"ratio                        least {results[0].Least / results[1].Least:F3}     median {results[0].Median / results[1].Median:F3}");
    }

    private static Decoder Load(string path)
    {
        using var checkpoint = Checkpoint.Open(path);
        return Decoder.Load(checkpoint, CPU, ScalarType.Float32);
    }

    private static void Forward(Decoder decoder, Tensor ids)
    {
        using var scope = NewDisposeScope();
        decoder.Head(decoder.Body(ids));
    }

    private static List<(Tensor Left, Tensor Right)> Products(Decoder decoder)
    {
        var config = decoder.Config;
        var pairs = new List<(Tensor, Tensor)>();
        foreach (var parameter in config.Parameters().Where(p => p.Shape.Count == 2 && p.Name != "embed.weight").Select(p => decoder.Parameters[p.Name]).Append(decoder.HeadWeight))
        {
            pairs.Add((randn(Length, parameter.size(1)), parameter.t()));
        }

        foreach (var layer in config.Layers)
        {
            var (q, k) = (randn(layer.QueryHeads, Length, config.HeadDim), randn(layer.QueryHeads, config.HeadDim, Length));
            pairs.Add((q, k));
            pairs.Add((randn(layer.QueryHeads, Length, Length), randn(layer.QueryHeads, Length, config.HeadDim)));
        }

        return pairs;
    }

    private static void Multiply(List<(Tensor Left, Tensor Right)> products)
    {
        foreach (var (left, right) in products)
        {
            matmul(left, right).Dispose();
        }
    }
}
