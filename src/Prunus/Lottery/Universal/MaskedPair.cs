using System.Numerics;
using Prunus.Lottery.Masks;

namespace Prunus.Lottery.Universal;

/// <summary>The pruned random layers themselves, neuron by neuron, in float32 or float64: what is not kept is 0 and is left out.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class MaskedPair<T>
    where T : IFloatingPointIeee754<T>
{
    private readonly Neuron[] _neurons;
    private readonly T[] _start;

    /// <param name="pair">The random layers.</param>
    /// <param name="masks">Masks on them.</param>
    public MaskedPair(RandomPair pair, MaskSet masks)
    {
        var first = masks[pair.Tensors[0].Name].KeptIndices().ToLookup(i => i / pair.Inputs, i => (i % pair.Inputs, T.CreateChecked(pair.First(i / pair.Inputs, i % pair.Inputs))));
        var second = masks[pair.Tensors[2].Name].KeptIndices().ToLookup(i => i % pair.Width, i => (i / pair.Width, T.CreateChecked(pair.Second(i / pair.Width, i % pair.Width))));
        var (bias, end) = (masks[pair.Tensors[1].Name], masks[pair.Tensors[3].Name]);
        _neurons = [.. second.Select(s => s.Key).Order().Select(j => new Neuron([.. first[j]], bias[j] ? T.CreateChecked(pair.FirstBias(j)) : T.Zero, [.. second[j]]))];
        _start = [.. Enumerable.Range(0, pair.Outputs).Select(o => end[o] ? T.CreateChecked(pair.SecondBias(o)) : T.Zero)];
    }

    /// <summary>Outputs for one row of inputs; no ReLU after the second layer.</summary>
    public void Forward(ReadOnlySpan<T> x, Span<T> y)
    {
        _start.CopyTo(y);
        foreach (var neuron in _neurons)
        {
            var sum = neuron.Bias;
            foreach (var (input, weight) in neuron.Inputs)
            {
                sum += weight * x[input];
            }

            if (sum > T.Zero)
            {
                foreach (var (output, weight) in neuron.Outputs)
                {
                    y[output] += weight * sum;
                }
            }
        }
    }

    private sealed record Neuron((int From, T Weight)[] Inputs, T Bias, (int To, T Weight)[] Outputs);
}
