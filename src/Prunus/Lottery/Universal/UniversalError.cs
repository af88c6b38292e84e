using Prunus.Randomness;

namespace Prunus.Lottery.Universal;

/// <summary>Errors of a backbone's features as measured on points in [0,1]: a grid in one dimension; else random points, and corners as far as there are few.</summary>
public static class UniversalError
{
    /// <summary>Points of a grid, and random points.</summary>
    public const int DefaultPoints = 10_000;

    private const int MostCorners = 1 << 10;
    private const ulong Stream = 0x554E_4956UL << 32;

    /// <summary>Row-major [n, inputs].</summary>
    public static double[] Points(int inputs, int count = DefaultPoints, long seed = 1)
    {
        if (inputs == 1)
        {
            return [.. PiecewiseLinear.Grid(0, 1, count)];
        }

        var random = new float[count * inputs];
        new Philox4x32(unchecked((ulong)seed), Stream).FillUniform(0, random);
        var corners = inputs < 63 && 1L << inputs <= MostCorners ? 1 << inputs : 0;
        return [.. random.Select(v => (double)v), .. Enumerable.Range(0, corners * inputs).Select(i => (double)(i / inputs >> (i % inputs) & 1))];
    }

    /// <summary>Largest |feature - what is meant| over points, in float64 by the sums of what is kept, and the largest of those relative to the feature's size (polynomials; else NaN).</summary>
    public static (double Absolute, double Relative) Largest(UniversalBackbone backbone, double[] points)
    {
        var (features, shape, count) = (backbone.Features(points), backbone.Ticket.Shape, points.Length / backbone.Inputs);
        var powers = shape.Features;
        var worst = new (double Absolute, double Relative)[count];
        Parallel.For(0, count, () => new double[powers.Count], (n, _, meant) =>
        {
            shape.Exact(points.AsSpan(n * backbone.Inputs, backbone.Inputs), meant, powers);
            for (var k = 0; k < meant.Length; k++)
            {
                var error = Math.Abs(features[(n * meant.Length) + k] - meant[k]);
                worst[n] = (Math.Max(worst[n].Absolute, error), Math.Max(worst[n].Relative, error / Math.Abs(meant[k])));
            }

            return meant;
        }, _ => { });
        return (worst.Max(w => w.Absolute), shape.Family == UniversalFamily.Polynomial ? worst.Max(w => w.Relative) : double.NaN);
    }

    /// <summary>Largest difference between the pruned random layers in a float type and the sums of what is kept.</summary>
    public static double OfLayers<T>(UniversalBackbone backbone, double[] points)
        where T : System.Numerics.IFloatingPointIeee754<T>
    {
        // The same points for both: rounded first.
        var rounded = Array.ConvertAll(points, T.CreateChecked);
        var sums = backbone.Features(Array.ConvertAll(rounded, double.CreateChecked));
        return backbone.Pruned(rounded).Select((v, i) => Math.Abs(double.CreateChecked(v) - sums[i])).Max();
    }
}
