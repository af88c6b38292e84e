using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Prunus.Native;

namespace Prunus.Lottery.Stacking;

/// <summary>One net of a stack on a CPU. Layer l maps activations l [B,in] to activations l+1 [B,out].</summary>
internal sealed unsafe class CpuMlp : IDisposable
{
    private const int Alignment = 64;

    private readonly Layer[] _layers;
    private readonly float*[] _activations, _errors;
    private readonly float* _inputs, _panel;
    private readonly long* _labels;
    private readonly int _batch;
    private readonly List<nint> _owned = [];

    /// <param name="layers">Of the whole stack.</param>
    /// <param name="member">Which of its nets.</param>
    /// <param name="inputs">[count,features] of the whole set.</param>
    /// <param name="labels">[count].</param>
    /// <param name="batch">B.</param>
    public CpuMlp(IReadOnlyList<MlpLayer> layers, int member, float* inputs, long* labels, int batch)
    {
        _inputs = inputs;
        _labels = labels;
        _batch = batch;
        _layers = [.. layers.Select(l => new Layer(new(l.Weight, member, (long)l.Units * l.Inputs), new(l.Bias, member, l.Units), l.Inputs, l.Units))];
        var widths = layers.Select(l => l.Inputs).Append(layers[^1].Units).ToArray();
        _activations = new float*[widths.Length];
        _errors = new float*[widths.Length];
        for (var i = 0; i < widths.Length; i++)
        {
            _activations[i] = Allocate((long)batch * widths[i]);
            _errors[i] = Allocate((long)batch * widths[i]);
        }

        _panel = Allocate((long)OuterTiles.Rows * widths.Max());
    }

    /// <summary>One step; returns the mean loss of the batch before it.</summary>
    public float Step(ReadOnlySpan<int> examples, in UpdateRule rule)
    {
        var features = _layers[0].Inputs;
        for (var b = 0; b < _batch; b++)
        {
            new ReadOnlySpan<float>(_inputs + ((long)examples[b] * features), features).CopyTo(new(_activations[0] + ((long)b * features), features));
        }

        for (var l = 0; l < _layers.Length; l++)
        {
            var layer = _layers[l];
            DotTiles.Multiply(_activations[l], layer.Weight.Value, layer.Bias.Value, _activations[l + 1], _batch, layer.Units, layer.Inputs, rectify: l + 1 < _layers.Length);
        }

        var loss = SoftmaxErrors(examples);
        for (var l = _layers.Length - 1; l >= 0; l--)
        {
            // Errors pass through the weights as they were before the update.
            if (l > 0)
            {
                Propagate(_layers[l], _errors[l + 1], _activations[l], _errors[l]);
            }

            Update(_layers[l], _errors[l + 1], _activations[l], rule);
        }

        return loss;
    }

    public void Dispose()
    {
        _owned.ForEach(address => NativeMemory.AlignedFree((void*)address));
        _owned.Clear();
    }

    // Of the mean cross entropy with respect to the logits: (softmax - one-hot) / B.
    private float SoftmaxErrors(ReadOnlySpan<int> examples)
    {
        var classes = _layers[^1].Units;
        var sum = 0.0;
        for (var b = 0; b < _batch; b++)
        {
            var logits = new Span<float>(_activations[^1] + ((long)b * classes), classes);
            var errors = _errors[^1] + ((long)b * classes);
            var (label, largest, total) = ((int)_labels[examples[b]], float.NegativeInfinity, 0f);
            foreach (var logit in logits)
            {
                largest = MathF.Max(largest, logit);
            }

            for (var c = 0; c < classes; c++)
            {
                total += errors[c] = MathF.Exp(logits[c] - largest);
            }

            for (var c = 0; c < classes; c++)
            {
                errors[c] = ((errors[c] / total) - (c == label ? 1 : 0)) / _batch;
            }

            sum += MathF.Log(total) + largest - logits[label];
        }

        return (float)(sum / _batch);
    }

    // E·W where the activation is positive: [B,units]·[units,inputs].
    private void Propagate(in Layer layer, float* errors, float* activations, float* before)
    {
        OuterTiles.Multiply(errors, layer.Units, 1, layer.Weight.Value, before, _batch, layer.Inputs, layer.Units);
        var count = _batch * layer.Inputs;
        var i = 0;
        for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            (Vector512.Load(before + i) & Vector512.GreaterThan(Vector512.Load(activations + i), Vector512<float>.Zero)).Store(before + i);
        }

        for (; i < count; i++)
        {
            before[i] = activations[i] > 0 ? before[i] : 0;
        }
    }

    // Eᵗ·X a few rows at a time, so that gradients are used up before they leave the cache.
    private void Update(in Layer layer, float* errors, float* activations, in UpdateRule rule)
    {
        for (var row = 0; row < layer.Units; row += OuterTiles.Rows)
        {
            var rows = Math.Min(OuterTiles.Rows, layer.Units - row);
            var start = Math.Max(0, Math.Min(row, layer.Units - OuterTiles.Rows));
            OuterTiles.Multiply(errors + start, 1, layer.Units, activations, _panel, Math.Min(OuterTiles.Rows, layer.Units), layer.Inputs, _batch);
            layer.Weight.Update(rule, _panel + ((long)(row - start) * layer.Inputs), (long)row * layer.Inputs, rows * layer.Inputs);
        }

        new Span<float>(_panel, layer.Units).Clear();
        for (var b = 0; b < _batch; b++)
        {
            var line = errors + ((long)b * layer.Units);
            for (var u = 0; u < layer.Units; u++)
            {
                _panel[u] += line[u];
            }
        }

        layer.Bias.Update(rule, _panel, 0, layer.Units);
    }

    private float* Allocate(long count)
    {
        var address = NativeMemory.AlignedAlloc((nuint)(count * sizeof(float)), Alignment);
        _owned.Add((nint)address);
        return (float*)address;
    }

    private readonly record struct Layer(Held Weight, Held Bias, int Inputs, int Units);

    // A member's part of a tensor and its moments.
    private readonly struct Held(MlpTensor tensor, int member, long count)
    {
        public readonly float* Value = Start(tensor.Value, member, count);
        private readonly float* _first = Start(tensor.First, member, count);
        private readonly float* _second = Start(tensor.Second, member, count);
        private readonly float* _mask = Start(tensor.Mask, member, count);

        public void Update(in UpdateRule rule, float* gradients, long start, int length) => MaskedUpdates.Apply(
            rule, Value + start, _first + start, _second is null ? null : _second + start, gradients, _mask is null ? null : _mask + start, length);

        private static float* Start(TorchSharp.torch.Tensor? tensor, int member, long count) =>
            tensor is null ? null : (float*)TensorMemory.Address(tensor) + (member * count);
    }
}
