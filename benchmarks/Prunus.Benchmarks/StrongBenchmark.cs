using System.Diagnostics;
using System.Globalization;
using Prunus.Lottery.Strong;
using Prunus.Lottery.Strong.SubsetSums;
using Prunus.Randomness;
using Prunus.Reports;
using Prunus.Runs;
using Prunus.Vision;

namespace Prunus.Benchmarks;

/// <summary>Subset sums for whole nets: the published setting of 397,000 weights (Pensia et al. 2020, arXiv 2006.07990: 784-500-10, 21 numbers of its own for every weight, every weight
/// within 0.01; 21.5 h on 36 cores with a MIP solver), LeNet-5's number with 30, and cost against numbers a weight, ε and number of weights. All cores.</summary>
internal static class StrongBenchmark
{
    private const int Probe = 20_000;

    /// <param name="figures">Folder for the curves as SVG, or null.</param>
    public static void Run(string? figures)
    {
        Console.WriteLine($"{Environment.ProcessorCount} cores");
        Console.WriteLine("weights    law          n    ε        choice     seconds   µs/weight   largest error   mean error   farther than ε   kept a weight");
        foreach (var choice in Enum.GetValues<SubsetChoice>())
        {
            Measure(397_000, SamplingLaw.Independent, 21, 0.01, choice);
        }

        // LeNet-5's number of weights, rounded up to whole rows, with as many numbers each as published; and one sample for all.
        Measure(108_000, SamplingLaw.Independent, 30, 0.01, SubsetChoice.Best);
        Measure(397_000, SamplingLaw.Shared, 21, 0.01, SubsetChoice.Best);

        int[] few = [8, 12, 16, 20, 24, 28, 30, 32], many = [20, 30, 40, 50, 60], weights = [1000, 10_000, 100_000];
        double[] epsilons = [0.1, 0.01, 1e-3, 1e-4, 1e-5];
        Series[] curves =
        [
            Curve("Time of a weight against n", "independent, the nearest", "n", "log10 of µs", few, n => n, n => Measure(n > 28 ? Probe / 4 : Probe, SamplingLaw.Independent, n, 0.01, SubsetChoice.Best)),
            Curve("Time of a weight against ε", "independent, n = 30, the first found", "log10 of ε", "log10 of µs", epsilons, Math.Log10, e => Measure(Probe, SamplingLaw.Independent, 30, e, SubsetChoice.Any)),
            Curve("Time of a weight against n", "products, the nearest", "n", "log10 of µs", many, n => n, n => Measure(Probe, SamplingLaw.Theorem, n, 0.01, SubsetChoice.Best)),
            Curve("Time of a net against its weights", "independent, n = 21, the nearest", "log10 of weights", "log10 of seconds", weights, w => Math.Log10(w), w => w * 1e-6 * Measure(w, SamplingLaw.Independent, 21, 0.01, SubsetChoice.Best)),
        ];
        if (figures is not null)
        {
            Directory.CreateDirectory(figures);
            RecordFigures.Write(figures, new Record { Verb = "benchmark", Title = "subset-sums", Series = curves });
        }
    }

    private static Series Curve<T>(string chart, string name, string x, string y, T[] settings, Func<T, double> at, Func<T, double> measure) =>
        new(chart, name, x, y, [.. settings.Select(at)], [.. settings.Select(s => Math.Log10(measure(s)))]);

    // Weights of a 784-500-10 net as it starts, N(0, 2/784). Microseconds a weight.
    private static double Measure(int weights, SamplingLaw law, int samples, double epsilon, SubsetChoice choice)
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
        return 1e6 * seconds / weights;
    }
}
