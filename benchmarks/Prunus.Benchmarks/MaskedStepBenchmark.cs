using Prunus.Lottery;
using Prunus.Lottery.Stacking;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Randomness;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Benchmarks;

/// <summary>A step of LeNet-300-100 at batch 60 under masks: the lab's trainer, with one net and with a stack, against the loop that one would write in plain TorchSharp.</summary>
internal static class MaskedStepBenchmark
{
    private const int Steps = 300, Batch = 60;

    public static void Run(string deviceName, int members)
    {
        var device = Devices.Parse(deviceName);
        using var scope = NewDisposeScope();
        var config = VisionNets.Named("lenet-300-100");
        var images = empty([100, Batch, 1, 28, 28], ScalarType.Float32);
        new Philox4x32(1, 1).FillNormal(0, TensorMemory.Span<float>(images));
        var inputs = Enumerable.Range(0, 100).Select(i => images[i].to(device)).ToArray();
        var targets = tensor(Enumerable.Range(0, Batch).Select(i => (long)(i % 10)).ToArray()).to(device);
        using var net = new VisionTicketNet(Net(config, 1, device));
        using var stacked = VisionStack.Of([.. Enumerable.Range(0, members).Select(i => Net(config, i + 1, device))]);
        var masks = Masks(net.Parameters);
        var stackedMasks = Masks(stacked.Parameters);
        TicketBatch Source(int step) => new(inputs[step % 100].alias(), targets.alias());
        var plain = new PlainLoop(device, masks);
        List<(string Name, int Nets, Action Run)> runs =
        [
            ("plain TorchSharp loop, Adam", 1, () => plain.Run(Steps, s => inputs[s % 100], targets)),
            ("MaskedTrainer, Adam", 1, () => Train(net, masks, new AdamOptions())),
            ("MaskedTrainer, SGD", 1, () => Train(net, masks, new SgdOptions())),
            ($"MaskedTrainer, Adam, stack of {members}", members, () => Train(stacked, stackedMasks, new AdamOptions())),
        ];
        var processor = runs.Select(_ => new List<double>()).ToArray();
        var times = Timing.ByTurns(5, [.. runs.Select((r, i) => (Action)(() => processor[i].Add(ProcessorSeconds(r.Run))))]);
        var used = processor.Select((p, i) => p.Skip(1).Order().ElementAt(p.Count / 2) / Steps / runs[i].Nets).ToArray();
        for (var i = 0; i < runs.Count; i++)
        {
            var rate = Steps * runs[i].Nets / times[i].Median;
            Console.WriteLine(FormattableString.Invariant(
                $"{runs[i].Name,-34} {rate,9:F0} net-steps/s  x{rate * times[0].Median / Steps:F2}   {used[i] * 1e6,6:F0} us of processor time a net-step  x{used[0] / used[i]:F2}"));
        }

        void Train(ITicketNet trained, IReadOnlyDictionary<string, Tensor> under, OptimiserOptions optimiser)
        {
            var options = new MaskedTrainingOptions { LastStep = Steps, Schedule = LearningRateSchedule.Constant(1.2e-3), Optimiser = optimiser, EvaluateEvery = 0 };
            new MaskedTrainer(trained, Source, options, under).Run().Dispose();
            Devices.Synchronize(device);
        }
    }

    // What other processes take of the machine doesn't count here.
    private static double ProcessorSeconds(Action action)
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        action();
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalSeconds;
    }

    private static VisionNet Net(VisionConfig config, long seed, Device device) => VisionNet.Initialise(config, VisionInitialisations.Named("glorot-normal"), seed, device);

    private static Dictionary<string, Tensor> Masks(IReadOnlyDictionary<string, Tensor> parameters) =>
        parameters.Where(p => p.Key.EndsWith("weight", StringComparison.Ordinal)).ToDictionary(p => p.Key, p => p.Value.ge(0).to(ScalarType.Float32));

    // Modules, their optimiser, and masks multiplied in after every step.
    private sealed class PlainLoop
    {
        private readonly nn.Module<Tensor, Tensor> _net;
        private readonly optim.Optimizer _optimiser;
        private readonly (Tensor Weight, Tensor Mask)[] _masked;
        private readonly Device _device;

        public PlainLoop(Device device, Dictionary<string, Tensor> masks)
        {
            _device = device;
            _net = nn.Sequential(nn.Flatten(), nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU(), nn.Linear(100, 10)).to(device);
            _optimiser = optim.Adam(_net.parameters(), 1.2e-3);
            _masked = [.. _net.named_parameters().Where(p => p.name.EndsWith("weight", StringComparison.Ordinal)).Zip(masks.Values, (p, m) => ((Tensor)p.parameter, m))];
        }

        public void Run(int steps, Func<int, Tensor> inputs, Tensor targets)
        {
            for (var step = 0; step < steps; step++)
            {
                using var scope = NewDisposeScope();
                _optimiser.zero_grad();
                nn.functional.cross_entropy(_net.forward(inputs(step)), targets).backward();
                _optimiser.step();
                using var noGradient = no_grad();
                foreach (var (weight, mask) in _masked)
                {
                    weight.mul_(mask);
                }
            }

            Devices.Synchronize(_device);
        }
    }
}
