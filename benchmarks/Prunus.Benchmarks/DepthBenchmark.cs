using Prunus.Decoders;
using Prunus.Evaluation;
using Prunus.Native;
using Prunus.Pruning;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Benchmarks;

/// <summary>Loss without each of n layers against n whole forward passes over the same tokens with their losses, SmolLM2-135M's shape, float32.</summary>
internal static class DepthBenchmark
{
    public static void Run(string deviceName)
    {
        Libtorch.Load();
        var device = Devices.Parse(deviceName);
        var (sequences, length, rounds) = device.type == DeviceType.CUDA ? (16, 2048, 3) : (1, 128, 1);
        using var noGrad = no_grad();
        using var decoder = Decoder.Initialise(Shapes.SmolLm2, 1, 0.02, device, ScalarType.Float32);
        using var ids = (arange(sequences * length) * 7919 % decoder.Config.VocabSize).view(sequences, length);
        var layers = decoder.Config.LayerCount;
        var options = new DepthOptions { Loss = true, LossSequences = null };
        var tokens = Array.ConvertAll(ids.data<long>().ToArray(), id => (int)id);
        var windows = new PerplexityOptions { Window = length, Batch = Math.Max(1, (device.type == DeviceType.CPU ? 2048 : 8192) / length) };
        var times = Timing.ByTurns(
            rounds,
            () =>
            {
                for (var layer = 0; layer < layers; layer++)
                {
                    Perplexity.Measure(decoder, tokens, windows);
                }
            },
            () => DepthImportance.Measure(decoder, [ids], options));
        Console.WriteLine(FormattableString.Invariant($"{sequences} x {length} tokens on {device}"));
        Console.WriteLine(FormattableString.Invariant($"{layers} whole passes with loss        least {times[0].Least:F3} s   median {times[0].Median:F3} s"));
        Console.WriteLine(FormattableString.Invariant(
            $"loss without each of {layers} layers  least {times[1].Least:F3} s   median {times[1].Median:F3} s   ratio {times[1].Least / times[0].Least:F3}, {times[1].Median / times[0].Median:F3}"));
    }
}
