using Prunus.Lottery.Masks;

namespace Prunus.Lottery.Universal;

/// <summary>
/// Prunes two pairs of random layers to a function of one number. Weights into hidden neurons are single products near those of the balanced net; biases put the knots where they belong; then slopes
/// between the knots as they came out are summed up, each with the error of those before it made good, so that errors don't add up.
/// </summary>
public static class UnivariatePruner
{
    // Knots nearer to each other than this share of a segment have no segment of their own.
    private const double LeastSegment = 1e-3;

    // A bias off by 1e-4 moves its knot by a fiftieth of a segment at most.
    private const double LeastSteepness = 0.005;

    private const double FlatShare = 1e-9;

    /// <param name="function">What to approximate.</param>
    /// <param name="segments">N.</param>
    /// <param name="sign">1 if its inputs are from 0 up, -1 if from 0 down.</param>
    /// <param name="into">The random layers to the hidden neurons, of which the first N are used.</param>
    /// <param name="from">Those from them to the output.</param>
    /// <param name="options">Terms and candidates.</param>
    /// <param name="cancellation">Asked between numbers.</param>
    /// <returns>Masks of both, and the largest error of a sum.</returns>
    /// <exception cref="PrunusInputException">The layers are too narrow.</exception>
    public static (IReadOnlyList<(string Name, Mask Mask)> Masks, double LargestError) Prune(
        UnivariateFunction function, int segments, int sign, RandomPair into, RandomPair from, TermOptions options, CancellationToken cancellation = default)
    {
        if (into.Outputs < segments)
        {
            throw new PrunusInputException("--widths", $"{into.Outputs} hidden neurons of {function.Id} are fewer than its {segments} segments", "give more, or leave --widths out");
        }

        var target = new PiecewiseLinear(function.Value, function.Low, function.High, segments);
        var (first, second) = (new PairPruner(into, sign, options), new PairPruner(from, 1, options));
        var knots = Knots(target, first, cancellation).OrderBy(k => k.Place).ToList();
        second.Bias(0, function.Value(knots[0].Place));
        var (slope, least) = (0.0, LeastSegment * (function.High - function.Low) / segments);
        for (var i = 0; i < knots.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var (neuron, weight, here) = knots[i];
            var next = i + 1 < knots.Count ? knots[i + 1].Place : function.High;
            if (next - here > least)
            {
                var wanted = (function.Value(next) - function.Value(here)) / (next - here);
                slope += weight * second.Weight(0, neuron, (wanted - slope) / weight);
            }
        }

        return ([.. first.Masks(), .. second.Masks()], Math.Max(first.LargestError, second.LargestError));
    }

    // Far from 0 a smaller weight keeps the bias as small as the weight out; but with too small a one the bias's error would move the knot. Where the slope doesn't change there is no knot.
    private static IEnumerable<(int Neuron, double Weight, double Place)> Knots(PiecewiseLinear target, PairPruner pruner, CancellationToken cancellation)
    {
        var weights = new List<(int Neuron, double Weight)>();
        var (least, flat) = (Math.Min(1, LeastSteepness / (target.Knots[1] - target.Knots[0])), FlatShare * target.Coefficients.Max(Math.Abs));
        for (var i = 0; i < target.Coefficients.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (i == 0 || Math.Abs(target.Coefficients[i]) > flat)
            {
                weights.Add((i, pruner.Single(i, 0, Math.Max(least, Math.Sqrt(Math.Abs(target.Coefficients[i]) / Math.Max(1, Math.Abs(target.Knots[i])))))));
            }
        }

        foreach (var (neuron, weight) in weights)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return (neuron, weight, -pruner.Bias(neuron, -target.Knots[neuron] * weight) / weight);
        }
    }
}
