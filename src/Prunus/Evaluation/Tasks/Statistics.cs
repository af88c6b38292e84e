using Prunus.Randomness;

namespace Prunus.Evaluation.Tasks;

/// <summary>Means and their standard errors, as lm-evaluation-harness computes them.</summary>
public static class Statistics
{
    private const int Chunk = 1000;

    public static double Mean(IReadOnlyList<double> values) => values.Sum() / values.Count;

    /// <summary>Sample standard deviation (n - 1), NaN for a single value.</summary>
    public static double Deviation(IReadOnlyList<double> values)
    {
        var mean = Mean(values);
        return Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
    }

    /// <summary>Standard error of the mean: sample standard deviation over √n.</summary>
    public static double StandardError(IReadOnlyList<double> values) => Deviation(values) / Math.Sqrt(values.Count);

    /// <summary>
    /// Standard deviation over bootstrap samples of a function of the mean. Chunk i of up to 1000 samples is drawn by Python's <c>random.Random(i)</c>; samples that
    /// fill no chunk are left out.
    /// </summary>
    /// <param name="values">Values of the items.</param>
    /// <param name="ofMean">From a sample's mean to its statistic.</param>
    /// <param name="iterations">Samples; 0 = no error is computed (NaN).</param>
    public static double Bootstrap(IReadOnlyList<double> values, Func<double, double> ofMean, int iterations)
    {
        var chunk = Math.Min(Chunk, iterations);
        if (chunk == 0)
        {
            return double.NaN;
        }

        var samples = new double[iterations / chunk][];
        var pool = values.ToArray();
        Parallel.For(0, samples.Length, c =>
        {
            var random = new PythonRandom((uint)c);
            samples[c] = new double[chunk];
            for (var s = 0; s < chunk; s++)
            {
                var sum = 0.0;
                for (var i = 0; i < pool.Length; i++)
                {
                    sum += pool[(int)(random.Uniform() * pool.Length)];
                }

                samples[c][s] = ofMean(sum / pool.Length);
            }
        });
        return Deviation([.. samples.SelectMany(s => s)]);
    }
}
