using System.Globalization;
using Prunus.Lottery;
using Prunus.Lottery.Supermasks;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Benchmarks;

/// <summary>
/// Steps per second of edge-popup as the lab trains it (Ramanujan et al. 2020, arXiv 1911.13299): half of each layer's signed constants, SGD on scores. Images lie on the
/// device as bytes; TF32 as libtorch has it, in convolutions alone. benchmarks/python/edge_popup.py is the same loop in eager PyTorch, with the same arguments.
/// </summary>
internal static class EdgePopupBenchmark
{
    private const int Rounds = 3;
    private const double Keep = 0.5, Rate = 0.1;

    public static void Run(string deviceName, int steps, string name, int batch)
    {
        var device = Devices.Parse(deviceName);
        using var scope = NewDisposeScope();
        using var net = new VisionTicketNet(VisionNet.Initialise(VisionNets.Named(name, MapShape.Cifar, NoiseImages.Classes), VisionInitialisations.Named("signed-constant"), 1, device));
        using var scored = SupermaskNet.Of(net, new EdgePopup(Keep), 1);
        using var batches = NoiseImages.Batches(device, batch);
        var options = new MaskedTrainingOptions
        {
            LastStep = steps, Schedule = new LearningRateSchedule { Rate = Rate, CosineSteps = steps }, Optimiser = new SgdOptions { WeightDecay = 1e-4 }, EvaluateEvery = 0,
        };
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Prunus, {device}, {name}, batch {batch}, {steps} steps a round"));
        string? fault = null;
        var times = Timing.ByTurns(Rounds, [() => Train(null), Masks, .. device.type == DeviceType.CUDA ? (Action[])[() => Train(() => new CudaStepRecorder(device))] : []]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"masked weights alone {1e3 * times[1].Median / steps:F3} ms of {1e3 * times[0].Median / steps:F3} ms a step"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Prunus edge-popup {name}: {steps / times[0].Median:F2} steps/s (best {steps / times[0].Least:F2})"));
        if (times.Length > 2)
        {
            var how = fault is null ? "steps as CUDA graphs, as studies do them" : $"not recorded: {fault}";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Prunus edge-popup {name}: {steps / times[2].Median:F2} steps/s (best {steps / times[2].Least:F2}), {how}"));
        }

        void Train(Func<IStepRecorder>? recorder)
        {
            var trainer = new MaskedTrainer(scored, step => batches.Train(step), options) { Recorder = recorder };
            trainer.Run().Dispose();
            fault ??= trainer.RecordingFault;
            Devices.Synchronize(device);
        }

        void Masks()
        {
            using var noGradient = no_grad();
            for (var s = 0; s < steps; s++)
            {
                using var each = NewDisposeScope();
                scored.MaskedWeights();
            }

            Devices.Synchronize(device);
        }
    }
}
