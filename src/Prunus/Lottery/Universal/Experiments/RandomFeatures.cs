using Prunus.Randomness;

namespace Prunus.Lottery.Universal.Experiments;

/// <summary>Random features of points in [0,1] (Rahimi and Recht 2007): max(0, w·(x - s)) with w normal and a kink s uniform in the cube.</summary>
/// <param name="inputs">Inputs.</param>
/// <param name="outputs">Features.</param>
/// <param name="seed">Of the random numbers.</param>
public sealed class RandomFeatures(int inputs, int outputs, long seed)
{
    private const ulong Stream = 0x5246_4541UL << 32;
    private readonly Philox4x32 _weights = new(unchecked((ulong)seed), Stream), _kinks = new(unchecked((ulong)seed), Stream + 1);

    /// <summary>Features, row-major [n, outputs].</summary>
    /// <param name="points">Row-major [n, inputs].</param>
    public double[] Of(double[] points)
    {
        var weights = Enumerable.Range(0, inputs * outputs).Select(i => _weights.Normal((ulong)i)).ToArray();
        var biases = Enumerable.Range(0, outputs).Select(k => -Enumerable.Range(0, inputs).Sum(i => weights[(k * inputs) + i] * _kinks.Uniform((ulong)((k * inputs) + i)))).ToArray();
        var features = new double[points.Length / inputs * outputs];
        for (var n = 0; n < points.Length / inputs; n++)
        {
            for (var k = 0; k < outputs; k++)
            {
                var sum = biases[k];
                for (var i = 0; i < inputs; i++)
                {
                    sum += weights[(k * inputs) + i] * points[(n * inputs) + i];
                }

                features[(n * outputs) + k] = Math.Max(0, sum);
            }
        }

        return features;
    }
}
