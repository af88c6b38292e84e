using Prunus.Native;
using TorchSharp;

namespace Prunus.Training;

/// <summary>
/// AdamW on float32 master weights. Working parameters may be bfloat16 copies, which follow the masters after every step, or the
/// masters themselves. Gradients add up in float32 over micro-batches; nothing is fetched from the device.
/// </summary>
public sealed class MixedPrecisionAdamW : IDisposable
{
    private readonly AdamWOptions _options;
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);
    private readonly torch.Tensor[] _masters;
    private readonly torch.Tensor[] _working;
    private readonly torch.Tensor[] _gradients;
    private readonly torch.Tensor[] _firstMoments;
    private readonly torch.Tensor[] _secondMoments;
    private readonly torch.Tensor[] _steps;
    private readonly bool[] _copied;
    private readonly bool[] _written;

    /// <param name="masters">Float32 weights that are optimized in place; not owned.</param>
    /// <param name="working">Parameters that the model computes with, under the same names: the same tensors or copies of lower precision.</param>
    /// <param name="options">Hyperparameters.</param>
    /// <exception cref="PrunusInputException">The options are faulty.</exception>
    public MixedPrecisionAdamW(IReadOnlyDictionary<string, torch.Tensor> masters, IReadOnlyDictionary<string, torch.Tensor> working, AdamWOptions options)
    {
        ArgumentNullException.ThrowIfNull(masters);
        ArgumentNullException.ThrowIfNull(working);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        Names = masters.Keys.Order(StringComparer.Ordinal).ToArray();
        _masters = Names.Select(name => masters[name]).ToArray();
        _working = Names.Select(name => working[name]).ToArray();
        if (Array.Exists(_masters, master => master.dtype != torch.ScalarType.Float32))
        {
            throw new ArgumentException("master weights are float32", nameof(masters));
        }

        using var noGradient = torch.no_grad();
        _gradients = Zeros();
        _firstMoments = Zeros();
        _secondMoments = Zeros();
        _steps = _masters.Select(master => torch.zeros([], dtype: torch.ScalarType.Float32, device: master.device).DetachFromDisposeScope()).ToArray();
        _copied = _masters.Zip(_working, (master, copy) => !ReferenceEquals(master, copy)).ToArray();
        _written = new bool[_masters.Length];
        for (var i = 0; i < Names.Count; i++)
        {
            _indices.Add(Names[i], i);
            _working[i].requires_grad = true;
            if (!_copied[i])
            {
                // Autograd adds into a gradient that is there, so that a float32 parameter needs no second buffer.
                _working[i].grad = _gradients[i];
            }
        }
    }

    /// <summary>Names of the parameters in ordinal order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Steps done.</summary>
    public int StepCount { get; private set; }

    /// <summary>Float32 gradient of a parameter, for adding to it in place what autograd doesn't see (the output head's).</summary>
    public torch.Tensor Gradient(string name)
    {
        var index = _indices[name];
        _written[index] = true;
        return _gradients[index];
    }

    /// <summary>Takes the gradients of a micro-batch's backward pass from the working parameters.</summary>
    public void Accumulate()
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        List<torch.Tensor> destinations = [], sources = [];
        for (var i = 0; i < _working.Length; i++)
        {
            if (!_copied[i] || _working[i].grad is not { } gradient)
            {
                continue;
            }

            if (_written[i])
            {
                Ops.AddInPlace(_gradients[i], gradient);
            }
            else
            {
                destinations.Add(_gradients[i]);
                sources.Add(gradient);
                _written[i] = true;
            }

            _working[i].grad = null;
        }

        if (sources.Count > 0)
        {
            // One kernel for all, and nothing to add to: the buffers are zero unless somebody wrote into them.
            Ops.ForeachCopy([.. destinations], [.. sources]);
        }
    }

    /// <summary>Clips the global gradient norm, updates all weights and sets the gradients to zero.</summary>
    /// <param name="learningRate">Rate of this step.</param>
    /// <returns>Norm of all gradients before clipping [] float32, on the device; the caller disposes it.</returns>
    public torch.Tensor Step(double learningRate)
    {
        using var noGradient = torch.no_grad();
        var norm = Ops.ForeachNorm(_gradients);
        if (_options.ClipNorm > 0)
        {
            using var shifted = Ops.Add(norm, 1e-6);
            using var factor = Ops.AtMostInPlace(Ops.MultiplyInPlace(shifted.reciprocal_(), _options.ClipNorm), 1);
            Ops.ForeachScale(_gradients, factor);
        }

        if (_options.DecayVectors || _options.WeightDecay == 0)
        {
            Update(_ => true, learningRate, _options.WeightDecay);
        }
        else
        {
            Update(i => _masters[i].dim() > 1, learningRate, _options.WeightDecay);
            Update(i => _masters[i].dim() <= 1, learningRate, 0);
        }

        StepCount++;
        var copied = Enumerable.Range(0, _masters.Length).Where(i => _copied[i]).ToArray();
        if (copied.Length > 0)
        {
            Ops.ForeachCopy(Select(_working, copied), Select(_masters, copied));
        }

        Ops.ForeachZero(_gradients);
        Array.Clear(_written);
        return norm;
    }

    /// <summary>Masters and moments by the name they have in a checkpoint: <c>master.X</c>, <c>first_moment.X</c>, <c>second_moment.X</c>.</summary>
    public IEnumerable<(string Name, torch.Tensor Tensor)> State()
    {
        for (var i = 0; i < Names.Count; i++)
        {
            yield return ("master." + Names[i], _masters[i]);
            yield return ("first_moment." + Names[i], _firstMoments[i]);
            yield return ("second_moment." + Names[i], _secondMoments[i]);
        }
    }

    /// <summary>Call after the tensors of <see cref="State"/> were filled from a checkpoint of <paramref name="stepCount"/> steps.</summary>
    public void Restored(int stepCount)
    {
        using var noGradient = torch.no_grad();
        StepCount = stepCount;
        foreach (var step in _steps)
        {
            Ops.FillInPlace(step, stepCount);
        }

        for (var i = 0; i < _masters.Length; i++)
        {
            if (_copied[i])
            {
                _working[i].copy_(_masters[i]);
            }
        }
    }

    public void Dispose()
    {
        for (var i = 0; i < _working.Length; i++)
        {
            _working[i].grad = null;
            _working[i].requires_grad = false;
        }

        foreach (var tensor in _gradients.Concat(_firstMoments).Concat(_secondMoments).Concat(_steps))
        {
            tensor.Dispose();
        }
    }

    private static torch.Tensor[] Select(torch.Tensor[] tensors, int[] indices) => Array.ConvertAll(indices, i => tensors[i]);

    private torch.Tensor[] Zeros() => Array.ConvertAll(_masters, master => torch.zeros_like(master).DetachFromDisposeScope());

    private void Update(Func<int, bool> belongs, double learningRate, double weightDecay)
    {
        var indices = Enumerable.Range(0, _masters.Length).Where(belongs).ToArray();
        if (indices.Length > 0)
        {
            Ops.FusedAdamW(
                Select(_masters, indices), Select(_gradients, indices), Select(_firstMoments, indices), Select(_secondMoments, indices), Select(_steps, indices),
                learningRate, _options.Beta1, _options.Beta2, weightDecay, _options.Epsilon);
        }
    }
}
