using System.Diagnostics;
using System.Globalization;
using Prunus.Lottery.Strong;
using Prunus.Lottery.Strong.SubsetSums;
using Prunus.Randomness;
using Prunus.Vision;

namespace Prunus.Benchmarks;

/// <summary>Subset sums for whole nets: the published setting of 397,000 weights (Pensia et al. 2020, arXiv 2006.07990: 784-500-10, 21 numbers of its own for every weight, every weight
/// within 0.01; 21.5 h on 36 cores with a MIP solver), and cost against numbers a weight, ε and number of weights. All cores.</summary>
internal static class StrongBenchmark
{
    private const int Probe = 20_000;

    public static void Run()
    {
        Console.WriteLine($"{Environment.ProcessorCount} cores");
        Console.WriteLine("weights    law          n    ε        choice     seconds   µs/weight   largest error   mean error   farther than ε   kept a weight");
        foreach (var choice in Enum.GetValues<SubsetChoice>())
        {
            Measure(397_000, SamplingLaw.Independent, 21, 0.01, choice);
        }

        foreach (var n in (int[])[8, 12, 16, 20, 24, 28, 30, 32])
        {
            Measure(n > 28 ? Probe / 4 : Probe, SamplingLaw.Independent, n, 0.01, SubsetChoice.Best);
        }

        foreach (var epsilon in (double[])[0.1, 0.01, 1e-3, 1e-4, 1e-5])
        {
            Measure(Probe, SamplingLaw.Independent, 30, epsilon, SubsetChoice.Any);
        }

        foreach (var n in (int[])[20, 30, 40, 50, 60])
        {
            Measure(Probe, SamplingLaw.Theorem, n, 0.01, SubsetChoice.Best);
        }

        foreach (var weights in (int[])[1000, 10_000, 100_000])
        {
            Measure(weights, SamplingLaw.Independent, 21, 0.01, SubsetChoice.Best);
        }
    }

    // Weights of a 784-500-10 net as it starts, N(0, 2/784).
    private static void Measure(int weights, SamplingLaw law, int samples, double epsilon, SubsetChoice choice)
    {
        var draw = new Philox4x32(9);
        var values = new double[weights];
        for (var i = 0; i < weights; i++)
        {
            values[i] = Math.Sqrt(2.0 / 784) * draw.Normal((ulong)i);
        }

        var layer = new StrongLayer("fc1", [weights / 1000, 1000], HasBias: false);
        var options = new StrongOptions(epsilon, law, samples, TargetScale.None, choice) { Searched = SubsetSumSolver.MostElements };
        StrongCompiler.Solve(new RandomLayer(layer with { Shape = [1, 1000] }, law, samples, 1), values[..1000], [], options);
        var clock = Stopwatch.StartNew();
        var solved = StrongCompiler.Solve(new RandomLayer(layer, law, samples, 1), values, [], options);
        var seconds = clock.Elapsed.TotalSeconds;
        var kept = solved.Weights.Average(w => (double)System.Numerics.BitOperations.PopCount(w));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{weights,-10} {law.Id,-12} {samples,-4} {epsilon,-8:0.######} {choice,-10} {seconds,-9:0.00} {1e6 * seconds / weights,-11:0.0} {solved.LargestError,-15:0.0e+0} {solved.MeanError,-12:0.0e+0} {solved.Unreached.Count,-16} {kept:0.00}"));
    }
}
