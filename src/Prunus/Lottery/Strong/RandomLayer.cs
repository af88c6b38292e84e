using System.Numerics;

namespace Prunus.Lottery.Strong;

/// <summary>
/// The random layers that stand in for one layer, as pure functions of a seed: U [n·out,in,…] and its bias [n·out], filters o·n … o·n+n-1 for output o, and under the
/// law <c>theorem</c> V [out,n·out,1,1], of which output o keeps its own n. Under the law <c>shared</c> all entries of the t-th filter of every output are one number. Numbers are multiples of 2^-24 in [-1,1), so that sums of products are exact in float64 (up to 32 in magnitude).
/// </summary>
public sealed class RandomLayer
{
    private readonly Func<long, double> _first, _bias, _second;

    /// <param name="layer">The target.</param>
    /// <param name="law">Law of the samples.</param>
    /// <param name="samples">n: random numbers for every weight.</param>
    /// <param name="seed">Seed of the whole net.</param>
    public RandomLayer(StrongLayer layer, SamplingLaw law, int samples, long seed)
        : this(layer, law, samples, DyadicNumbers.Of(seed, FirstWeight(layer)), DyadicNumbers.Of(seed, FirstBias(layer)), DyadicNumbers.Of(seed, $"{layer.Name}.second.weight"))
    {
        if (law.IsShared)
        {
            var (first, bias) = (_first, _bias);
            (_first, _bias) = (index => first(index / layer.Fan % samples), filter => bias(filter % samples));
        }
    }

    /// <summary>Of given numbers by their flat indices in U, its bias and V.</summary>
    internal RandomLayer(StrongLayer layer, SamplingLaw law, int samples, Func<long, double> first, Func<long, double> bias, Func<long, double> second) =>
        (Layer, Law, Samples, _first, _bias, _second) = (layer, law, samples, first, bias, second);

    public StrongLayer Layer { get; }

    public SamplingLaw Law { get; }

    /// <summary>n: random numbers for every weight.</summary>
    public int Samples { get; }

    /// <summary>Weights and biases of the random layers.</summary>
    public long ParameterCount => ((long)Samples * (Layer.Count + (Layer.HasBias ? Layer.Outputs : 0))) + (Law.HasSecondLayer ? (long)Samples * Layer.Outputs * Layer.Outputs : 0);

    /// <summary>Name of the mask on U.</summary>
    public static string FirstWeight(StrongLayer layer) => $"{layer.Name}.first.weight";

    /// <summary>Name of the mask on U's bias.</summary>
    public static string FirstBias(StrongLayer layer) => $"{layer.Name}.first.bias";

    /// <summary>Shape of U.</summary>
    public static IReadOnlyList<long> FirstShape(StrongLayer layer, int samples) => [samples * layer.Shape[0], .. layer.Shape.Skip(1)];

    /// <summary>U at a flat index.</summary>
    public double First(long index) => _first(index);

    /// <summary>Bias of U of a filter.</summary>
    public double Bias(long filter) => _bias(filter);

    /// <summary>V of a filter in its own block; 1 where there is no second layer.</summary>
    public double Second(int output, int sample) =>
        Law.HasSecondLayer ? _second(((long)output * Samples * Layer.Outputs) + ((long)output * Samples) + sample) : 1;

    /// <summary>V of all filters of an output.</summary>
    public void Seconds(int output, Span<double> values)
    {
        for (var t = 0; t < Samples; t++)
        {
            values[t] = Second(output, t);
        }
    }

    /// <summary>The numbers one weight is summed from: V·max(0,U), or U.</summary>
    /// <param name="output">Output o.</param>
    /// <param name="entry">Place in its row of weights, or the number of weights for the bias.</param>
    /// <param name="seconds">From <see cref="Seconds"/>.</param>
    /// <param name="sample">n numbers.</param>
    public void Sample(int output, int entry, ReadOnlySpan<double> seconds, Span<double> sample)
    {
        for (var t = 0; t < Samples; t++)
        {
            var filter = ((long)output * Samples) + t;
            var first = entry == Layer.Fan ? Bias(filter) : First((filter * Layer.Fan) + entry);
            sample[t] = seconds[t] * (Law.HasSecondLayer ? Math.Max(0, first) : first);
        }
    }

    /// <summary>Sum of a subset of a sample; exact, whatever the order.</summary>
    public static double Sum(ReadOnlySpan<double> sample, ulong subset)
    {
        var sum = 0.0;
        for (; subset != 0; subset &= subset - 1)
        {
            sum += sample[BitOperations.TrailingZeroCount(subset)];
        }

        return sum;
    }
}
