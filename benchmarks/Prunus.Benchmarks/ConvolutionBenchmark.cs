using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Benchmarks;

/// <summary>Convolutions with channel counts that are no multiple of 16, forward and backward, CPU, float32: libtorch's and ours, their errors and times.</summary>
internal static class ConvolutionBenchmark
{
    private const int Images = 60;

    public static void Run(int rounds)
    {
        Libtorch.Load();
        Console.WriteLine($"oneDNN fills channels up wrongly here: {OneDnn.FillsChannelsWrongly}; {get_num_threads()} threads, {Images} images");
        Console.WriteLine("channels, size, kernel: largest error over the largest value of output, input's and weight's gradient; ms");
        foreach (var (inputs, outputs, size, kernel) in new[] { (8, 8, 32, 3), (24, 24, 16, 3), (49, 49, 16, 3), (6, 16, 14, 5), (100, 100, 8, 3), (64, 64, 16, 3) })
        {
            using var scope = NewDisposeScope();
            Tensor[] from = [randn(Images, inputs, size, size), randn(outputs, inputs, kernel, kernel), randn(outputs)];
            var exact = Pass(from, ScalarType.Float64, ours: false);
            var times = Timing.ByTurns(rounds, () => Timed(ours: false), () => Timed(ours: true));
            Console.WriteLine(FormattableString.Invariant($"{inputs} to {outputs}, {size}x{size}, {kernel}x{kernel}: libtorch {Errors(ours: false)}, {times[0].Median * 1e3:F1} ms; Prunus {Errors(ours: true)}, {times[1].Median * 1e3:F1} ms"));

            void Timed(bool ours)
            {
                using var inner = NewDisposeScope();
                _ = Pass(from, ScalarType.Float32, ours);
            }

            string Errors(bool ours) => string.Join(" ", Pass(from, ScalarType.Float32, ours).Zip(exact)
                .Select(p => FormattableString.Invariant($"{(p.First.to(ScalarType.Float64) - p.Second).abs().max().item<double>() / p.Second.abs().max().item<double>():0e0}")));
        }
    }

    private static Tensor[] Pass(Tensor[] from, ScalarType type, bool ours)
    {
        Tensor[] t = [.. from.Select(x => x.detach().to(type, copy: true).requires_grad_(true))];
        var padding = t[1].size(2) / 2;
        var y = ours ? Ops.Convolve(t[0], t[1], t[2], 1, padding) : nn.functional.conv2d(t[0], t[1], t[2], [1, 1], [padding, padding]);
        y.sum().backward();
        return [y.detach(), t[0].grad!, t[1].grad!];
    }
}
