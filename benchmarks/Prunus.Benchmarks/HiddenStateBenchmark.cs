using System.Diagnostics;
using Prunus.Decoders;
using Prunus.Distillation;
using Prunus.Distillation.HiddenStates;
using Prunus.Native;
using Prunus.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Benchmarks;

/// <summary>
/// A step of distillation with losses on hidden states, and one with the teacher's states from disk, against one with forward KL alone, by turns: SmolLM2-135M's shape to 65M, random weights and ids.
/// </summary>
internal static class HiddenStateBenchmark
{
    private const string Kept = "forward KL, teacher's states from disk";
    private static readonly string?[] Cases = [null, Kept, "output@last-2,embedding", "output@last-2,embedding,input@last-2,attention@last-2"];

    public static void Run(string deviceName, int batch, int length, int steps, int rounds)
    {
        var device = Devices.Parse(deviceName);
        var gpu = device.type == DeviceType.CUDA;
        using var teacher = Decoder.Initialise(Shapes.SmolLm2, 1, 0.02, device, gpu ? ScalarType.BFloat16 : ScalarType.Float32);
        using var student = Decoder.Initialise(Shapes.Student, 2, 0.02, device, ScalarType.Float32);
        var ids = new int[batch, length];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i / length, i % length] = (int)(i * 7919L % Shapes.SmolLm2.VocabSize);
        }

        var folder = Directory.CreateTempSubdirectory("prunus-teacher");
        var cache = new TeacherCache(folder.FullName, teacher);
        var seconds = Cases.Select(_ => new List<double>()).ToArray();
        var memory = new long[Cases.Length];
        for (var round = 0; round <= rounds; round++)
        {
            for (var i = 0; i < Cases.Length; i++)
            {
                var taken = Timed(Cases[i]);
                memory[i] = Devices.CudaMemory()?.Used ?? MemoryUse.PeakBytes;
                if (round > 0)
                {
                    seconds[i].Add(taken);
                }
            }
        }

        var plain = seconds[0].Order().ElementAt(rounds / 2);
        for (var i = 0; i < Cases.Length; i++)
        {
            var median = seconds[i].Order().ElementAt(rounds / 2);
            Console.WriteLine(FormattableString.Invariant(
                $"{batch} × {length}, {Cases[i] ?? "forward KL alone"}: {median * 1e3:F1} ms ({seconds[i].Min() * 1e3:F1} to {seconds[i].Max() * 1e3:F1}), {median / plain:F3} × plain; memory in use or at most so far {memory[i] / 1e9:F2} GB"));
        }

        folder.Delete(recursive: true);

        double Timed(string? text)
        {
            using var states = text is null or Kept ? null : new HiddenStateLoss(HiddenStateOptions.Parse(text), teacher.Config, student.Config, device);
            using var trainer = new Trainer(student, new LogitObjective([new LogitLossTerm(DistillationLosses.ForwardKl)], teacher, states: states, cache: text == Kept ? cache : null), _ => ids, new TrainerOptions
            {
                Steps = steps, BatchSize = batch, BlockLength = length, LogEvery = 1000, SaveEvery = 0,
            });
            Devices.Synchronize(device);
            var clock = Stopwatch.StartNew();
            trainer.Run();
            Devices.Synchronize(device);
            return clock.Elapsed.TotalSeconds / steps;
        }
    }
}
