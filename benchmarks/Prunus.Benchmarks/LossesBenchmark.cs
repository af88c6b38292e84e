using System.Diagnostics;
using System.Globalization;
using Prunus.Distillation;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Benchmarks;

/// <summary>
/// Every distillation loss beside forward KL: both heads' products, loss, gradient into the states and the head, on random states of
/// SmolLM2-135M's width and vocabulary. Times by turns in one process; memory in a process of its own for each loss.
/// </summary>
internal static class LossesBenchmark
{
    private const int Vocabulary = 49152, Width = 576;

    private static readonly string[] Losses =
        ["forward-kl", "reverse-kl", "jsd:0.5", "mse", "mse-logits", "cosine", "cosine-logits", "topk-both:100", "topk-both:1024", "topk-teacher:100", "topk-teacher:1024", "topk-truncated:1024"];

    public static void Run(string deviceName, string? only)
    {
        var device = Devices.Parse(deviceName);
        if (only is not null)
        {
            Console.WriteLine(Memory(device, only).ToString(CultureInfo.InvariantCulture));
            return;
        }

        var gpu = device.type == DeviceType.CUDA;
        using var scope = NewDisposeScope();
        var step = Step(device);
        var times = Timing.ByTurns(gpu ? 15 : 7, [.. Losses.Select(loss => (Action)(() => step(loss)))]);
        var memory = Losses.Select(loss => Child(deviceName, loss)).ToArray();
        Console.WriteLine(FormattableString.Invariant($"{Tokens(device)} tokens × {Vocabulary} entries, width {Width}, {(gpu ? "bfloat16" : "float32")}, {get_num_threads()} threads"));
        Console.WriteLine("loss                   least ms  median ms   ratio (least, median)   memory of the step MB   ratio   kernel");
        for (var i = 0; i < Losses.Length; i++)
        {
            var plain = Loss(Losses[i]).PlainReason(device, StateType(device));
            Console.WriteLine(FormattableString.Invariant(
                $"{Losses[i],-22} {times[i].Least * 1e3,8:F2} {times[i].Median * 1e3,10:F2} {times[i].Least / times[0].Least,9:F3} {times[i].Median / times[0].Median,10:F3} {memory[i] / 1e6,21:F1} {memory[i] / memory[0],15:F3}   {(plain is null ? "used" : "not used: " + plain)}"));
        }
    }

    private static int Tokens(Device device) => device.type == DeviceType.CUDA ? 8192 : 128;

    private static ScalarType StateType(Device device) => device.type == DeviceType.CUDA ? ScalarType.BFloat16 : ScalarType.Float32;

    private static ChunkedLogitLoss Loss(string id) => new([new LogitLossTerm(DistillationLosses.Parse(id))]);

    private static Action<string> Step(Device device)
    {
        var type = StateType(device);
        var tokens = Tokens(device);
        var hidden = randn(tokens, Width, dtype: type, device: device);
        var teacherHidden = randn(tokens, Width, dtype: type, device: device);
        var head = new LogitHead((randn(Vocabulary, Width, dtype: ScalarType.Float32, device: device) * 0.1).to(type));
        var teacher = new LogitHead((randn(Vocabulary, Width, dtype: ScalarType.Float32, device: device) * 0.1).to(type));
        var gradient = zeros(Vocabulary, Width, dtype: ScalarType.Float32, device: device);
        var losses = Losses.ToDictionary(id => id, Loss);
        return id =>
        {
            using var inner = NewDisposeScope();
            using var leaf = hidden.detach().requires_grad_();
            losses[id].Backward(leaf, head, gradient, teacherHidden, teacher, default);
            Devices.Synchronize(device);
        };
    }

    private static double Memory(Device device, string loss)
    {
        using var scope = NewDisposeScope();
        var step = Step(device);
        Devices.Synchronize(device);
        var before = Devices.CudaMemory()?.Used ?? MemoryUse.CurrentBytes;
        for (var i = 0; i < 3; i++)
        {
            step(loss);
        }

        return (Devices.CudaMemory()?.Used ?? MemoryUse.PeakBytes) - before;
    }

    private static double Child(string device, string loss)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(LossesBenchmark).Assembly.Location);
        }

        foreach (var argument in new[] { "losses", device, loss })
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? double.Parse(output, CultureInfo.InvariantCulture) : double.NaN;
    }
}
