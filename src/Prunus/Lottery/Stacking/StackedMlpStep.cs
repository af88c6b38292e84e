using Prunus.Lottery.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Stacking;

/// <summary>
/// Training steps of an MLP or a stack of them (LeNet-300-100) under masks, without autograd: forward, backward and optimiser written out over memory that is allocated
/// once. On a CPU each net runs in one thread and in that core's caches; on a GPU all nets are batched products and fused kernels, a hundred steps a launch. Gives what
/// <see cref="MaskedOptimiser"/> with autograd gives, but for rounding.
/// </summary>
public sealed class StackedMlpStep : IStepper
{
    private readonly IReadOnlyList<MlpLayer> _layers;
    private readonly OptimiserOptions _optimiser;
    private readonly StepExamples _examples;
    private readonly IMlpEngine _engine;

    /// <param name="net">A net or stack for which <see cref="Fits"/> holds, float32; trained in place, not owned. It is masked here. Pruned weights are held at values on a CPU only.</param>
    /// <param name="data">What to train on, on the net's device; not owned.</param>
    /// <param name="optimiser">Which optimiser.</param>
    /// <param name="masks">0/1 float32 tensors by the names and of the shapes of the weights they mask; null = dense. Not owned.</param>
    /// <param name="threads">CPU: threads among which the members are divided. Default 1.</param>
    /// <param name="graph">GPU: whether a hundred steps are launched as one CUDA graph. Default true; off, each kernel is launched by itself.</param>
    /// <exception cref="PrunusInputException">The options are faulty, or the net is no MLP.</exception>
    /// <exception cref="ArgumentException">Types, shapes or devices don't fit each other.</exception>
    public StackedMlpStep(
        ITicketNet net, StepData data, OptimiserOptions optimiser, IReadOnlyDictionary<string, Tensor>? masks = null, int threads = 1, bool graph = true)
    {
        optimiser.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(data.BatchSize, 1);
        Check(net, data, masks);
        (Members, _optimiser) = (net.Members, optimiser);
        _layers = MlpLayer.Of(net, masks, optimiser) ?? throw new PrunusInputException("net", $"{net.Architecture} is no chain of linear layers", "train it with MaskedTrainer");
        Check(data, _layers);
        foreach (var tensor in Tensors())
        {
            tensor.Apply();
        }

        var device = net.Parameters.Values.First().device;
        _engine = MlpEngines.On(device, _layers, Members, data, threads, graph);
        _examples = new(data.Order, Members * data.BatchSize, (int)data.Inputs.size(0), ahead: device.type != DeviceType.CPU);
    }

    public int Members { get; }

    public int StepCount { get; private set; }

    /// <summary>Why a GPU's kernels are launched one by one, or null.</summary>
    public string? GraphFault => _engine.GraphFault;

    /// <summary>Whether there is a fast path for a net: linear layers with ReLU between them, in a net or a stack.</summary>
    public static bool Fits(ITicketNet net) => net switch
    {
        VisionTicketNet single => MlpLayer.Fits(single.Net.Config),
        VisionStack stack => MlpLayer.Fits(stack.Config),
        FrozenNet frozen => Fits(frozen.Net),
        _ => false,
    };

    public void Run(int firstStep, ReadOnlySpan<float> learningRates, Span<float> losses)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(losses.Length, learningRates.Length * Members);
        var steps = learningRates.Length;
        var rules = new UpdateRule[steps];
        for (var s = 0; s < steps; s++)
        {
            rules[s] = UpdateRule.At(_optimiser, learningRates[s], StepCount + s + 1);
        }

        _engine.Run(_examples.Of(firstStep, steps), rules, losses);
        StepCount += steps;
        foreach (var tensor in Tensors())
        {
            tensor.Publish();
        }
    }

    public IEnumerable<(string Name, Tensor Tensor)> State()
    {
        var first = _optimiser is AdamOptions ? "exp_avg." : "momentum_buffer.";
        return Tensors().Select(t => (first + t.Name, t.First)).Concat(Tensors().Where(t => t.Second is not null).Select(t => ($"exp_avg_sq.{t.Name}", t.Second!)));
    }

    public void Restored(int stepCount)
    {
        StepCount = stepCount;
        foreach (var tensor in Tensors())
        {
            tensor.Apply();
        }
    }

    public void Dispose()
    {
        _examples.Dispose();
        _engine.Dispose();
        foreach (var layer in _layers)
        {
            layer.Dispose();
        }
    }

    private IEnumerable<MlpTensor> Tensors() => _layers.SelectMany(l => new[] { l.Weight, l.Bias });

    private static void Check(StepData data, IReadOnlyList<MlpLayer> layers)
    {
        var (features, classes) = (data.Inputs.numel() / data.Inputs.size(0), layers[^1].Units);
        if (features != layers[0].Inputs)
        {
            throw new ArgumentException($"inputs have {features} values, the net takes {layers[0].Inputs}", nameof(data));
        }

        using var scope = NewDisposeScope();
        if (data.Labels.min().item<long>() < 0 || data.Labels.max().item<long>() >= classes)
        {
            throw new ArgumentException($"labels are 0 to {classes - 1}", nameof(data));
        }
    }

    private static void Check(ITicketNet net, StepData data, IReadOnlyDictionary<string, Tensor>? masks)
    {
        var parameters = net.Parameters.Values.ToList();
        var device = parameters[0].device.ToString();
        if (net is FrozenNet frozen && (parameters[0].device.type != DeviceType.CPU || frozen.Held.Keys.Any(name => masks?.ContainsKey(name) != true)))
        {
            throw new ArgumentException("pruned weights are held where masks prune them, and on a CPU", nameof(net));
        }

        var all = parameters.Concat(masks?.Values ?? []).Append(data.Inputs);
        if (all.Any(t => t.dtype != ScalarType.Float32 || !t.is_contiguous() || t.device.ToString() != device))
        {
            throw new ArgumentException($"parameters, masks and inputs are contiguous float32 on {device}", nameof(net));
        }

        if (data.Labels.dtype != ScalarType.Int64 || data.Labels.device.ToString() != device || data.Labels.numel() != data.Inputs.size(0))
        {
            throw new ArgumentException($"labels are [{data.Inputs.size(0)}] int64 on {device}", nameof(data));
        }

        if (masks is not null && masks.Any(m => !net.Parameters.TryGetValue(m.Key, out var p) || !p.shape.SequenceEqual(m.Value.shape)))
        {
            throw new ArgumentException("every mask needs a parameter of its name and shape", nameof(masks));
        }
    }
}
