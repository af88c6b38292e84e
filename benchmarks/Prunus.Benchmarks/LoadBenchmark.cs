using System.Diagnostics;
using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Native;
using static TorchSharp.torch;

namespace Prunus.Benchmarks;

/// <summary>Opening a checkpoint and filling a float32 decoder: seconds and peak resident memory of the process.</summary>
internal static class LoadBenchmark
{
    public static void Run(string path)
    {
        Libtorch.Load();
        var clock = Stopwatch.StartNew();
        using var checkpoint = Checkpoint.Open(path);
        var opened = clock.Elapsed.TotalSeconds;
        using var decoder = Decoder.Load(checkpoint, CPU, ScalarType.Float32);
        Console.WriteLine($"opened in {opened:F3} s, loaded in {clock.Elapsed.TotalSeconds:F3} s, peak memory {MemoryUse.PeakBytes / 1e9:F2} GB");
    }
}
