using Prunus.Lottery.Strong.SubsetSums;

namespace Prunus.Lottery.Strong.Verification;

/// <summary>How near the best subsets of the first n random numbers come, over weights of a net.</summary>
/// <param name="Samples">n.</param>
/// <param name="Median">Median error, in the units of ε.</param>
/// <param name="Mean">Mean error.</param>
/// <param name="Largest">Largest error.</param>
/// <param name="Within">Share of weights within ε.</param>
public sealed record LadderStep(int Samples, double Median, double Mean, double Largest, double Within);

/// <summary>Error against n.</summary>
public static class SampleLadder
{
    /// <summary>The errors of weights spread evenly over a net, biases left out.</summary>
    /// <param name="ticket">Its random numbers are used.</param>
    /// <param name="target">The target's weights.</param>
    /// <param name="samples">Values of n, at most that of the ticket.</param>
    /// <param name="epsilon">ε that is counted against.</param>
    /// <param name="of">What it is the error of.</param>
    /// <param name="weights">How many weights are looked at, at most.</param>
    /// <param name="cancellation">Asked between weights.</param>
    public static IReadOnlyList<LadderStep> Climb(StrongTicket ticket, IReadOnlyDictionary<string, double[]> target, IReadOnlyList<int> samples, double epsilon, EpsilonOf of, int weights, CancellationToken cancellation = default)
    {
        var all = ticket.Layers.Zip(ticket.Exponents).SelectMany(l => Enumerable.Range(0, l.First.Count).Select(i => (Layer: l.First, Exponent: l.Second, Index: i))).ToList();
        var chosen = Enumerable.Range(0, Math.Min(weights, all.Count)).Select(i => all[(int)((long)i * all.Count / Math.Min(weights, all.Count))]).ToList();
        var random = ticket.Layers.ToDictionary(l => l.Name, ticket.Random);
        var errors = new double[chosen.Count, samples.Count];
        Parallel.For(0, chosen.Count, new ParallelOptions { CancellationToken = cancellation }, () => new SubsetSumSolver(), (w, _, solver) =>
        {
            var (layer, exponent, index) = chosen[w];
            var targets = new ScaledTargets(target[layer.Weight], exponent, epsilon, of);
            double[] seconds = new double[ticket.Samples], sample = new double[ticket.Samples];
            random[layer.Name].Seconds(index / layer.Fan, seconds);
            random[layer.Name].Sample(index / layer.Fan, index % layer.Fan, seconds, sample);
            for (var s = 0; s < samples.Count; s++)
            {
                solver.Load(sample.AsSpan(0, samples[s]));
                errors[w, s] = targets.InUnits(solver.Best(targets.Divided(index)).Error);
            }

            return solver;
        }, _ => { });
        return [.. samples.Select((n, s) =>
        {
            var sorted = Enumerable.Range(0, chosen.Count).Select(w => errors[w, s]).Order().ToArray();
            return new LadderStep(n, sorted[sorted.Length / 2], sorted.Average(), sorted[^1], sorted.Count(e => e <= epsilon) / (double)sorted.Length);
        })];
    }
}
