using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Training;

/// <summary>
/// Trains weights under 0/1 masks: w ← m·w at the start; each step masks the gradient and updates. A pruned weight's gradient, momentum and decay then are 0, so it stays 0 and
/// needs no mask after the step. All is elementwise: stacked tensors [members, …] train as members apart would. One call into libtorch a step, fused over all tensors.
/// </summary>
public sealed class MaskedOptimiser : IOptimiserMemory, IDisposable
{
    private readonly OptimiserOptions _options;
    private readonly Tensor[] _weights, _first, _second, _masks, _steps;
    private readonly int[] _masked;
    private readonly Tensor _step;

    /// <param name="parameters">Floating-point weights by name, trained in place; not owned. They are masked here.</param>
    /// <param name="masks">0 and 1, of the type, device and shape of the parameter that they are named after; what has none is trained whole. Not owned.</param>
    /// <param name="options">Which optimiser.</param>
    /// <exception cref="PrunusInputException">The options are faulty.</exception>
    /// <exception cref="ArgumentException">A mask names no parameter or has another shape or type, or a parameter is not contiguous.</exception>
    public MaskedOptimiser(IReadOnlyDictionary<string, Tensor> parameters, IReadOnlyDictionary<string, Tensor>? masks, OptimiserOptions options)
    {
        options.Validate();
        _options = options;
        Names = [.. parameters.Keys];
        _weights = [.. parameters.Values];
        masks ??= new Dictionary<string, Tensor>();
        _masked = [.. Enumerable.Range(0, Names.Count).Where(i => masks.ContainsKey(Names[i]))];
        _masks = Array.ConvertAll(_masked, i => masks[Names[i]]);
        if (masks.Count != _masked.Length || _masked.Where((i, k) => !_masks[k].shape.SequenceEqual(_weights[i].shape) || _masks[k].dtype != _weights[i].dtype).Any())
        {
            throw new ArgumentException("every mask needs a parameter of its name, shape and type", nameof(masks));
        }

        if (!Array.TrueForAll(_weights, w => w.is_contiguous()))
        {
            throw new ArgumentException("parameters are contiguous", nameof(parameters));
        }

        using var noGradient = no_grad();
        _step = zeros([], dtype: ScalarType.Float32, device: _weights[0].device).DetachFromDisposeScope();
        _steps = Array.ConvertAll(_weights, _ => _step);
        _first = Zeros();
        _second = options is AdamOptions ? Zeros() : [];
        Mask(_weights);
    }

    /// <summary>Names of the parameters, in their order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>What gradients are taken of, in the order of <see cref="Names"/>.</summary>
    public IReadOnlyList<Tensor> Parameters => _weights;

    public int StepCount { get; private set; }

    /// <summary>One step.</summary>
    /// <param name="gradients">Of each parameter, in the order of <see cref="Names"/>; used up.</param>
    /// <param name="learningRate">Rate of the step.</param>
    public void Step(Tensor[] gradients, double learningRate)
    {
        Update(gradients, learningRate, null);
        StepCount++;
    }

    /// <summary>Queues the update of a step on the device and nothing else, so that it may be recorded; <see cref="Count"/> says when it is done once more.</summary>
    /// <param name="gradients">As in <see cref="Step"/>.</param>
    /// <param name="learningRate">Float32 of no dimension on the weights' device, read when the update is done.</param>
    internal void Queue(Tensor[] gradients, Tensor learningRate) => Update(gradients, 0, learningRate);

    /// <summary>A queued update is done.</summary>
    internal void Count() => StepCount++;

    /// <summary>All that a step changes beside the weights: first moments or momentum, second moments, count.</summary>
    internal IReadOnlyList<IReadOnlyList<Tensor>> Memory => [_first, _second, [_step]];

    public IEnumerable<(string Name, Tensor Tensor)> State()
    {
        var first = _options is AdamOptions ? "exp_avg." : "momentum_buffer.";
        return _first.Select((t, i) => (first + Names[i], t)).Concat(_second.Select((t, i) => ("exp_avg_sq." + Names[i], t)));
    }

    /// <summary>A copy of <see cref="State"/>, which the caller disposes.</summary>
    public OptimiserState Save()
    {
        using var noGradient = no_grad();
        return new(StepCount, State().ToDictionary(s => s.Name, s => s.Tensor.clone().DetachFromDisposeScope()));
    }

    /// <summary>Takes over a state of the same kind of optimiser on the same parameters, under this one's masks.</summary>
    /// <exception cref="ArgumentException">A tensor is missing.</exception>
    public void Restore(OptimiserState state)
    {
        var own = State().ToList();
        if (!own.TrueForAll(s => state.Tensors.TryGetValue(s.Name, out var t) && t.shape.SequenceEqual(s.Tensor.shape)))
        {
            throw new ArgumentException("the state belongs to another optimiser or net", nameof(state));
        }

        Ops.ForeachCopy([.. own.Select(s => s.Tensor)], [.. own.Select(s => state.Tensors[s.Name])]);
        Restored(state.StepCount);
    }

    public void Restored(int stepCount)
    {
        using var noGradient = no_grad();
        StepCount = stepCount;
        using var count = Ops.Full([], stepCount, _step.device);
        _step.copy_(count);
        Mask(_weights);
        Mask(_first);
        if (_second.Length > 0)
        {
            Mask(_second);
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _first.Concat(_second).Append(_step))
        {
            tensor.Dispose();
        }
    }

    private void Update(Tensor[] gradients, double rate, Tensor? rateOnDevice)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();

        // Fused kernels walk memory without a look at strides, and gradients of batched products come transposed.
        gradients = Array.ConvertAll(gradients, g => g.is_contiguous() ? g : g.contiguous());
        var pruned = Array.ConvertAll(_masked, i => gradients[i]);
        switch (_options, rateOnDevice)
        {
            case (AdamOptions adam, null):
                Ops.MaskedAdam(_weights, gradients, _first, _second, _steps, _step, pruned, _masks, rate, adam.Beta1, adam.Beta2, adam.WeightDecay, adam.Epsilon);
                break;
            case (AdamOptions adam, { } there):
                Ops.MaskedAdam(_weights, gradients, _first, _second, _steps, _step, pruned, _masks, there, adam.Beta1, adam.Beta2, adam.WeightDecay, adam.Epsilon);
                break;
            case (SgdOptions sgd, null):
                Ops.MaskedSgd(_weights, gradients, _first, pruned, _masks, rate, sgd.Momentum, sgd.WeightDecay, sgd.Nesterov);
                break;
            case (SgdOptions sgd, { } there):
                Ops.MaskedSgd(_weights, gradients, _first, pruned, _masks, there, sgd.Momentum, sgd.WeightDecay, sgd.Nesterov);
                break;
        }
    }

    private Tensor[] Zeros() => Array.ConvertAll(_weights, w => zeros_like(w).DetachFromDisposeScope());

    private void Mask(Tensor[] tensors)
    {
        if (_masked.Length > 0)
        {
            Ops.ForeachMultiply(Array.ConvertAll(_masked, i => tensors[i]), _masks);
        }
    }
}
