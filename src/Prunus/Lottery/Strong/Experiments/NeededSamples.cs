using Prunus.Lottery.Strong.SubsetSums;

namespace Prunus.Lottery.Strong.Experiments;

/// <summary>How many random numbers would have sufficed.</summary>
internal static class NeededSamples
{
    /// <summary>For every weight and bias the least n whose first n numbers have a subset within ε; one more than there are where none has.</summary>
    /// <param name="ticket">Its random numbers.</param>
    /// <param name="target">The target's weights by name.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="of">What it is the error of.</param>
    public static IReadOnlyList<int> Of(StrongTicket ticket, IReadOnlyDictionary<string, double[]> target, double epsilon, EpsilonOf of)
    {
        var (found, sum) = (new List<int>(), 0);
        foreach (var (layer, exponent) in ticket.Layers.Zip(ticket.Exponents))
        {
            sum += exponent;
            var biases = layer.HasBias ? new ScaledTargets(target[layer.Bias], sum, epsilon, of) : null;
            found.AddRange(Of(ticket.Random(layer), new(target[layer.Weight], exponent, epsilon, of), biases));
        }

        return found;
    }

    private static int[] Of(RandomLayer random, ScaledTargets weights, ScaledTargets? biases)
    {
        var (layer, entries) = (random.Layer, random.Layer.Fan + (biases is null ? 0 : 1));
        var needed = new int[layer.Outputs * entries];
        Parallel.For(0, layer.Outputs, () => new SubsetSumSolver(), (o, _, solver) =>
        {
            double[] seconds = new double[random.Samples], sample = new double[random.Samples];
            random.Seconds(o, seconds);
            for (var entry = 0; entry < entries; entry++)
            {
                random.Sample(o, entry, seconds, sample);
                var (targets, at) = entry < layer.Fan ? (weights, (o * layer.Fan) + entry) : (biases!, o);
                needed[(o * entries) + entry] = Least(solver, sample, targets.Divided(at), targets.Tolerance(at));
            }

            return solver;
        }, _ => { });
        return needed;
    }

    private static int Least(SubsetSumSolver solver, double[] sample, double target, double tolerance)
    {
        for (var n = 0; n <= sample.Length; n++)
        {
            // A number that is 0 adds no sum.
            if (n > 0 && sample[n - 1] == 0)
            {
                continue;
            }

            solver.Load(sample.AsSpan(0, n));
            if (solver.Within(target, tolerance) is not null)
            {
                return n;
            }
        }

        return sample.Length + 1;
    }
}
