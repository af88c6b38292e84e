namespace Prunus.Lottery.Strong.Experiments;

/// <summary>What is said of the weights of a compiled net (<see cref="StrongMetrics"/>).</summary>
internal static class WeightMetrics
{
    /// <param name="compiled">The compilation.</param>
    /// <param name="target">The target's weights by name.</param>
    /// <param name="sums">Those of the ticket's net.</param>
    public static Dictionary<string, double> Of(StrongCompilation compiled, IReadOnlyDictionary<string, double[]> target, IReadOnlyDictionary<string, double[]> sums)
    {
        var layers = compiled.Ticket.Layers;
        var all = layers.SelectMany(l => Errors(l.Weight)).ToList();
        var first = layers.Any(l => l.Shape.Count > 2) ? layers.Where(l => l.Shape.Count > 2).ToList() : layers;
        var (ticket, mean) = (compiled.Ticket, all.Average());
        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            [StrongMetrics.Mean] = mean,
            [StrongMetrics.Largest] = layers.SelectMany(Names).Max(n => Errors(n).Max()),
            [StrongMetrics.LogMean] = Math.Log10(mean),
            [StrongMetrics.LogMedian] = Math.Log10(all.Order().ElementAt(all.Count / 2)),
            [StrongMetrics.First] = Errors(layers[0].Weight).Average(),
            [StrongMetrics.Second] = Errors(layers[Math.Min(1, layers.Count - 1)].Weight).Average(),
            [StrongMetrics.Relative] = first.Max(l => Errors(l.Weight).Zip(target[l.Weight], (e, w) => e / Math.Max(Math.Abs(w), double.Epsilon)).Max()),
            [StrongMetrics.TensorRelative] = first.SelectMany(Names).Max(n => Errors(n).Max() / Math.Max(target[n].Max(Math.Abs), double.Epsilon)),
            [StrongMetrics.Unreached] = compiled.Unreached.Count / (double)ticket.TargetParameters,
            [StrongMetrics.Random] = ticket.RandomParameters / (double)ticket.TargetParameters,
            [StrongMetrics.Kept] = ticket.Kept / (double)ticket.RandomParameters,
            [StrongMetrics.KeptEach] = ticket.Kept / (double)ticket.TargetParameters,
        };

        double[] Errors(string name) => [.. target[name].Zip(sums[name], (w, v) => Math.Abs(v - w))];

        static IEnumerable<string> Names(StrongLayer layer) => layer.HasBias ? [layer.Weight, layer.Bias] : [layer.Weight];
    }

    /// <summary>How many numbers would have sufficed (<see cref="NeededSamples"/>).</summary>
    /// <param name="metrics">Where it goes.</param>
    /// <param name="ticket">The ticket.</param>
    /// <param name="target">The target's weights by name.</param>
    /// <param name="options">ε.</param>
    /// <param name="constant">The theorem's constant of a number of numbers.</param>
    public static void AddNeeded(
        Dictionary<string, double> metrics, StrongTicket ticket, IReadOnlyDictionary<string, double[]> target, StrongOptions options, Func<int, double> constant)
    {
        var needed = NeededSamples.Of(ticket, target, options.Epsilon, options.Of).Order().ToList();
        (metrics[StrongMetrics.Needed], metrics[StrongMetrics.NeededMedian], metrics[StrongMetrics.NeededConstant]) = (needed[^1], needed[needed.Count / 2], constant(needed[^1]));
    }
}
