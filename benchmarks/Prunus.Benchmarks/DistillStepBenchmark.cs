using System.Diagnostics;
using Prunus.Decoders;
using Prunus.Distillation;
using Prunus.Native;
using Prunus.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Benchmarks;

/// <summary>
/// One step of logit distillation, SmolLM2-135M's shape to 65M, as tools of PyTorch users time it: teacher forward, student forward and
/// backward, loss, clipping, AdamW on float32 masters. Random weights and ids.
/// </summary>
internal static class DistillStepBenchmark
{
    private const int Steps = 20, WarmUp = 4;

    public static void Run(string deviceName, int batch, int length, int? microBatch)
    {
        var device = Devices.Parse(deviceName);
        var gpu = device.type == DeviceType.CUDA;
        using var teacher = Decoder.Initialise(Shapes.SmolLm2, 1, 0.02, device, gpu ? ScalarType.BFloat16 : ScalarType.Float32);
        using var student = Decoder.Initialise(Shapes.Student, 2, 0.02, device, ScalarType.Float32);
        var objective = new LogitObjective([new LogitLossTerm(DistillationLosses.ForwardKl)], teacher);
        var ids = new int[batch, length];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i / length, i % length] = (int)(i * 7919L % Shapes.SmolLm2.VocabSize);
        }

        var before = Devices.CudaMemory();
        // The first run pays for kernels being compiled and libraries set up; it must not be subtracted from the second.
        Timed(WarmUp);
        var (_, warm) = Timed(WarmUp);
        var (loss, all) = Timed(WarmUp + Steps);
        var seconds = (all - warm) / Steps;
        Console.WriteLine(FormattableString.Invariant(
            $"distillation step {batch} × {length}: {seconds * 1e3:F1} ms, {batch * length / seconds:F0} tokens/s, loss {loss:F4}, memory used on the device {(Devices.CudaMemory()?.Used ?? MemoryUse.PeakBytes) / 1e9:F2} GB (before the first step {(before?.Used ?? 0) / 1e9:F2})"));

        (double Loss, double Seconds) Timed(int steps)
        {
            using var trainer = new Trainer(student, objective, _ => ids, new TrainerOptions
            {
                Steps = steps, BatchSize = batch, BlockLength = length, MicroBatch = microBatch, LogEvery = 1000, SaveEvery = 0,
            });
            Devices.Synchronize(device);
            var clock = Stopwatch.StartNew();
            var result = trainer.Run();
            Devices.Synchronize(device);
            return (result.Steps[^1].Loss, clock.Elapsed.TotalSeconds);
        }
    }
}
