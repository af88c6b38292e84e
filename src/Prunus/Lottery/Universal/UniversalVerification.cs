using Prunus.Lottery.Strong.Bounds;

namespace Prunus.Lottery.Universal;

/// <summary>A backbone beside what it is meant to compute.</summary>
/// <param name="Points">Points that errors were measured on.</param>
/// <param name="Error">Largest error of a feature there, float64.</param>
/// <param name="Relative">The same relative to the feature (polynomials; else NaN).</param>
/// <param name="Exact">Certified for all inputs in [0,1], in exact arithmetic.</param>
/// <param name="Float64">The same for the pruned random layers in float64.</param>
/// <param name="Float32">The same in float32.</param>
/// <param name="Layers64">Largest difference between the pruned random layers in float64 and the sums of what they keep, on some of the points.</param>
/// <param name="Layers32">The same in float32.</param>
public sealed record UniversalVerification(
    int Points, double Error, double Relative, UniversalBound Exact, UniversalBound Float64, UniversalBound Float32, double Layers64, double Layers32)
{
    // What certified numbers are themselves computed with.
    private const double Slack = 1e-12;
    private const int LayerPoints = 200;

    /// <summary>Whether nothing measured is above what is certified.</summary>
    public bool Holds => Error <= Exact.Largest + Slack && Layers64 <= Float64.Rounding.Max() + Slack && Layers32 <= Float32.Rounding.Max() + Slack;

    /// <summary>Measures and certifies.</summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="points">Grid points in one dimension, random points in more.</param>
    /// <param name="seed">Of random points.</param>
    public static UniversalVerification Measure(UniversalBackbone backbone, int points = UniversalError.DefaultPoints, long seed = 1)
    {
        var places = UniversalError.Points(backbone.Inputs, points, seed);
        var (error, relative) = UniversalError.Largest(backbone, places);
        var stride = Math.Max(1, places.Length / backbone.Inputs / LayerPoints);
        double[] some = [.. Enumerable.Range(0, places.Length).Where(i => i / backbone.Inputs % stride == 0).Select(i => places[i])];
        return new(
            places.Length / backbone.Inputs, error, relative, UniversalBound.Certify(backbone, Arithmetic.Exact), UniversalBound.Certify(backbone, Arithmetic.Float64),
            UniversalBound.Certify(backbone, Arithmetic.Float32), UniversalError.OfLayers<double>(backbone, some), UniversalError.OfLayers<float>(backbone, some));
    }
}
