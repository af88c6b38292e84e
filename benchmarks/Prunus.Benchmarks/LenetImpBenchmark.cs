using System.Diagnostics;
using Prunus.Lottery;
using Prunus.Lottery.Stacking;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Randomness;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Benchmarks;

/// <summary>
/// Net-steps per second of iterative magnitude pruning on LeNet-300-100: masked Adam, batches of 60 of a set on the device, each net in an order of its own. On a CPU
/// beside the plain TorchSharp loop, one net at a time, by turns.
/// </summary>
internal static class LenetImpBenchmark
{
    private const int Images = 55_000, Batch = 60, Slice = 100;
    private const float Rate = 1.2e-3f;

    public static void Run(string deviceName, int members, int rounds)
    {
        var device = Devices.Parse(deviceName);
        using var outer = NewDisposeScope();
        var inputs = empty([Images, 1, 28, 28], ScalarType.Float32);
        new Philox4x32(1).FillUniform(0, TensorMemory.Span<float>(inputs));
        var labels = tensor(Enumerable.Range(0, Images).Select(i => (long)(i % 10)).ToArray());
        using var data = new StepData(inputs.to(device), labels.to(device), Batch, new EpochOrder([.. Enumerable.Range(0, members).Select(m => (ulong)m)], Images, Batch).Fill);
        if (device.type == DeviceType.CUDA)
        {
            Cuda(data, members, rounds);
        }
        else
        {
            Cpu(data, members, rounds);
        }
    }

    private static void Cpu(StepData data, int members, int rounds)
    {
        var cores = Environment.ProcessorCount;
        var (steps, plainSteps) = (200, 100);
        using var ours = new Stepped(data, members, CPU, cores);
        using var single = new Stepped(data with { Order = new EpochOrder([0], Images, Batch).Fill }, 1, CPU, 1);
        var stream = new PlainLoop(data, Slice);
        var times = Timing.ByTurns(
            rounds,
            () => ours.Steps(steps),
            () => single.Steps(steps),
            () => Threaded(1, () => stream.Steps(plainSteps)),
            () => Threaded(cores, () => stream.Steps(plainSteps)));
        double[] perSecond =
        [
            members * steps / times[0].Median, steps / times[1].Median, plainSteps / times[2].Median, plainSteps / times[3].Median,
        ];
        Console.WriteLine(FormattableString.Invariant($"ours, {members} nets, {cores} threads: {perSecond[0]:F0} net-steps/s"));
        Console.WriteLine(FormattableString.Invariant($"ours, one net, one thread: {perSecond[1]:F0} net-steps/s"));
        Console.WriteLine(FormattableString.Invariant($"plain TorchSharp loop, one net, one thread: {perSecond[2]:F0} net-steps/s; {cores} threads: {perSecond[3]:F0}"));
        Console.WriteLine(FormattableString.Invariant($"ratio to the faster plain loop: {perSecond[0] / Math.Max(perSecond[2], perSecond[3]):F2}"));
    }

    private static void Threaded(int threads, Action action)
    {
        set_num_threads(threads);
        action();
    }

    private static void Cuda(StepData data, int members, int rounds)
    {
        Console.WriteLine($"against the CPU: {MlpCheck.Of(data.Inputs.device) switch { { Fault: { } f } => f, { GraphFault: { } g } => "steps equal, no graph: " + g, _ => "steps and graphs equal" }}");
        foreach (var graph in new[] { false, true })
        {
            using var ours = new Stepped(data, members, data.Inputs.device, 1, graph);
            ours.Steps(2 * Slice);
            var best = 0.0;
            for (var round = 0; round < rounds; round++)
            {
                var clock = Stopwatch.StartNew();
                for (var i = 0; i < 20; i++)
                {
                    ours.Steps(Slice);
                }

                best = Math.Max(best, members * 20.0 * Slice / clock.Elapsed.TotalSeconds);
            }

            Console.WriteLine(FormattableString.Invariant($"{members} nets, {(!graph ? "no graph" : ours.GraphFault is { } fault ? $"no graph ({fault})" : $"graphs of {Slice} steps")}: {best:F0} net-steps/s"));
        }
    }

    /// <summary>Our steps over a stack with masks of 20 %.</summary>
    private sealed class Stepped : IDisposable
    {
        private readonly VisionStack _stack;
        private readonly StackedMlpStep _step;
        private readonly Dictionary<string, Tensor> _masks;
        private int _done;

        public Stepped(StepData data, int members, Device device, int threads, bool graph = true)
        {
            var law = VisionInitialisations.Named("glorot-normal");
            var nets = Enumerable.Range(0, members).Select(m => VisionNet.Initialise(VisionNets.Named("lenet-300-100"), law, m, device)).ToList();
            _stack = VisionStack.Of(nets);
            nets.ForEach(n => n.Dispose());
            _masks = _stack.Tensors.Where(t => t.IsPrunable).ToDictionary(t => t.Name, t => PlainLoop.Mask(_stack.Parameters[t.Name]));
            _step = new StackedMlpStep(_stack, data, new AdamOptions(), _masks, threads, graph);
        }

        public string? GraphFault => _step.GraphFault;

        public void Steps(int count)
        {
            for (var done = 0; done < count; done += Slice)
            {
                _step.Run(_done, [.. Enumerable.Repeat(Rate, Slice)], new float[Slice * _stack.Members]);
                _done += Slice;
            }
        }

        public void Dispose()
        {
            _step.Dispose();
            _stack.Dispose();
            foreach (var mask in _masks.Values)
            {
                mask.Dispose();
            }
        }
    }
}
