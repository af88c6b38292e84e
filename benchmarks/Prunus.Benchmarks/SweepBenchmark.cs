using Prunus.Decoders;
using Prunus.Native;
using Prunus.Pruning;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Benchmarks;

/// <summary>The calibration sweep against plain forward passes over the same tokens, SmolLM2-135M's shape, float32.</summary>
internal static class SweepBenchmark
{
    public static void Run(string deviceName)
    {
        Libtorch.Load();
        var device = Devices.Parse(deviceName);
        var (sequences, length, rounds) = device.type == DeviceType.CUDA ? (128, 1024, 3) : (2, 512, 5);
        using var noGrad = no_grad();
        using var decoder = Decoder.Initialise(Shapes.SmolLm2, 1, 0.02, device, ScalarType.Float32);
        using var ids = (arange(sequences * length, device: device) * 7919 % decoder.Config.VocabSize).view(sequences, length);
        var results = Timing.ByTurns(
            rounds,
            () => Forward(decoder, ids, head: false),
            () => Forward(decoder, ids, head: true),
            () => ImportanceSweep.Run(decoder, [ids]),
            () => ImportanceSweep.Run(decoder, [ids], new SweepOptions { Readings = Reading.Published }));
        var names = new[] { "body alone", "forward with head", "sweep, readings that planning needs", "sweep, all published readings" };
        Console.WriteLine($"{sequences} x {length} tokens on {device}");
        foreach (var (name, time) in names.Zip(results))
        {
            Console.WriteLine($"{name,-36} least {time.Least:F3} s   median {time.Median:F3} s   to body {time.Least / results[0].Least:F3}   to forward {time.Least / results[1].Least:F3}");
        }
    }

    private static void Forward(Decoder decoder, Tensor ids, bool head)
    {
        foreach (var batch in ids.split(Math.Max(1, (decoder.Device.type == DeviceType.CPU ? 2048 : 8192) / ids.size(1))))
        {
            using var scope = NewDisposeScope();
            var hidden = decoder.Body(batch);
            if (head)
            {
                decoder.Head(hidden);
            }
        }

        if (decoder.Device.type == DeviceType.CUDA)
        {
            cuda.synchronize();
        }
    }
}
