using System.Runtime.InteropServices;
using Prunus.Native;
using Prunus.Native.Cuda;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Stacking;

/// <summary>Steps on a GPU: batched products of libtorch and the kernels of mlp_step.cu over memory that is allocated once, up to a hundred steps as one graph.</summary>
internal sealed class CudaMlpEngine : IMlpEngine
{
    /// <summary>Most steps of a graph.</summary>
    public const int Slice = 100;

    private const int RuleNumbers = 9, MostGraphs = 4;

    private readonly List<Tensor> _owned = [];
    private readonly CudaMlpLayer[] _layers;
    private readonly MlpKernels _kernels;
    private readonly StepData _data;
    private readonly Tensor _examples, _staged, _rules, _losses, _inputs;
    private readonly int _members, _rows;
    private readonly Dictionary<int, CudaGraph> _graphs = [];
    private readonly HashSet<int> _seen = [];

    public CudaMlpEngine(IReadOnlyList<MlpLayer> layers, int members, StepData data, MlpKernels kernels)
    {
        (_members, _rows, _data, _kernels, GraphFault) = (members, members * data.BatchSize, data, kernels, kernels.GraphFault);
        var device = data.Inputs.device;
        _examples = Owned(zeros([Slice, _rows], dtype: ScalarType.Int32, device: device));
        _staged = Owned(zeros([Slice, _rows], dtype: ScalarType.Int32));
        _rules = Owned(zeros([Slice, RuleNumbers], device: device));
        _losses = Owned(zeros([Slice, members, data.BatchSize], device: device));
        _inputs = Owned(zeros([members, data.BatchSize, layers[0].Inputs], device: device));
        var made = new List<CudaMlpLayer>();
        foreach (var layer in layers)
        {
            made.Add(new(layer, members, data.BatchSize, made.Count == 0 ? _inputs : made[^1].Outputs, Owned));
        }

        _layers = [.. made];
    }

    public string? GraphFault { get; private set; }

    public void Run(ReadOnlySpan<int> examples, UpdateRule[] rules, Span<float> losses)
    {
        using var stream = _kernels.Enter();
        for (var start = 0; start < rules.Length; start += Slice)
        {
            var steps = Math.Min(Slice, rules.Length - start);
            Upload(examples.Slice(start * _rows, steps * _rows), rules.AsSpan(start, steps));
            Do(steps);
            using var scope = NewDisposeScope();
            TensorMemory.Span<float>(_losses.narrow(0, 0, steps).mean([2]).cpu()).CopyTo(losses[(start * _members)..]);
        }
    }

    public void Dispose()
    {
        foreach (var graph in _graphs.Values)
        {
            graph.Dispose();
        }

        _owned.ForEach(t => t.Dispose());
        _kernels.Dispose();
    }

    // A number of steps is recorded when it comes again.
    private void Do(int steps)
    {
        if (_kernels.Capture is { } capture && GraphFault is null && !_graphs.ContainsKey(steps) && !_seen.Add(steps) && _graphs.Count < MostGraphs)
        {
            Record(capture, steps);
        }

        if (_graphs.TryGetValue(steps, out var graph))
        {
            graph.Launch();
        }
        else
        {
            Steps(steps);
        }
    }

    // Nothing runs while it is recorded: where that fails, the steps are still to be done.
    private void Record(Func<Action, CudaGraph> capture, int steps)
    {
        // cuBLAS sets itself up for each thread and stream, which can't be recorded; the products alone change no weight.
        foreach (var layer in _layers)
        {
            layer.Products();
        }

        try
        {
            _graphs[steps] = capture(() => Steps(steps));
        }
        catch (Exception e) when (e is PrunusRunException or ExternalException)
        {
            GraphFault = e.Message.Split('\n')[0];
        }
    }

    private void Steps(int count)
    {
        for (var s = 0; s < count; s++)
        {
            Step(TensorMemory.Address(_examples) + (s * _rows * sizeof(int)), TensorMemory.Address(_rules) + (s * RuleNumbers * sizeof(float)),
                TensorMemory.Address(_losses) + (s * _rows * sizeof(float)));
        }
    }

    private void Step(nint examples, nint rule, nint losses)
    {
        var (batch, last) = (_data.BatchSize, _layers[^1]);
        _kernels.Launch("gather", _rows, [At(_data.Inputs), CudaKernel.Slot(examples), At(_inputs), CudaKernel.Slot((int)_inputs.size(2))]);
        foreach (var layer in _layers)
        {
            layer.Forward();
            if (layer != last)
            {
                _kernels.Launch("rectify", _rows, [At(layer.Outputs), At(layer.Bias.Value), CudaKernel.Slot(layer.Units), CudaKernel.Slot(batch)]);
            }
        }

        _kernels.Launch("softmax_errors", Blocks(_rows),
        [
            At(last.Outputs), At(last.Bias.Value), CudaKernel.Slot(examples), At(_data.Labels), At(last.Errors), CudaKernel.Slot(losses),
            CudaKernel.Slot(last.Units), CudaKernel.Slot(batch), CudaKernel.Slot(_rows),
        ]);
        for (var l = _layers.Length - 1; l >= 0; l--)
        {
            // Errors pass through the weights as they were before the update.
            if (l > 0)
            {
                var before = _layers[l - 1];
                _layers[l].Backward(before.Errors);
                var count = _rows * before.Units;
                _kernels.Launch("pass_errors", Blocks(count), [At(before.Errors), At(before.Outputs), CudaKernel.Slot(count)]);
            }

            Update(_layers[l], rule);
        }
    }

    private void Update(CudaMlpLayer layer, nint rule)
    {
        layer.Differentiate();
        var (weights, biases) = (checked((int)layer.Weight.Value.numel()), _members * layer.Units);
        var blocks = (weights + (MlpKernels.Threads * MlpKernels.Each) - 1) / (MlpKernels.Threads * MlpKernels.Each);
        _kernels.Launch("update", blocks + Blocks(biases),
        [
            At(layer.Weight.Value), At(layer.Weight.First), At(layer.Weight.Second), At(layer.Gradients), At(layer.Mask),
            At(layer.Bias.Value), At(layer.Bias.First), At(layer.Bias.Second), At(layer.Errors), CudaKernel.Slot(rule),
            CudaKernel.Slot(weights), CudaKernel.Slot(blocks), CudaKernel.Slot(biases), CudaKernel.Slot(layer.Units), CudaKernel.Slot(_data.BatchSize),
        ]);
    }

    private void Upload(ReadOnlySpan<int> examples, ReadOnlySpan<UpdateRule> rules)
    {
        using var scope = NewDisposeScope();
        var numbers = new float[rules.Length * RuleNumbers];
        for (var s = 0; s < rules.Length; s++)
        {
            var r = rules[s];
            new[] { r.Adam ? 1 : 0, r.Rate, r.Decay1, r.Decay2, r.InverseRoot, r.Epsilon, r.WeightDecay, r.Gain, r.Nesterov }.CopyTo(numbers, s * RuleNumbers);
        }

        examples.CopyTo(TensorMemory.Span<int>(_staged));
        _examples.narrow(0, 0, rules.Length).copy_(_staged.narrow(0, 0, rules.Length));
        _rules.narrow(0, 0, rules.Length).copy_(tensor(numbers, [rules.Length, RuleNumbers]));
    }

    private Tensor Owned(Tensor tensor)
    {
        _owned.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    private static int Blocks(int threads) => (threads + MlpKernels.Threads - 1) / MlpKernels.Threads;

    private static ulong At(Tensor? tensor) => CudaKernel.Slot(tensor is null ? 0 : TensorMemory.Address(tensor));
}
