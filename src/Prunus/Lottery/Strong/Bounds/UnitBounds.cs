namespace Prunus.Lottery.Strong.Bounds;

/// <summary>What is known of the channels between two layers, over all inputs of the net.</summary>
/// <param name="Target">Upper bound of the target's values, as computed, per channel; they are 0 or more.</param>
/// <param name="Other">The same of the other net.</param>
/// <param name="Error">Upper bound of the difference of both, as computed, per channel.</param>
internal sealed record UnitBounds(double[] Target, double[] Other, double[] Error)
{
    // Bounds are sums of at most some 10^5 positive float64 numbers: their own rounding is far below this share of them.
    private const double Outward = 1e-10;

    /// <summary>Images with pixels from 0 to 1.</summary>
    public static UnitBounds Images(int channels) => new([.. Enumerable.Repeat(1.0, channels)], [.. Enumerable.Repeat(1.0, channels)], new double[channels]);

    /// <summary>After a layer, before its ReLU: <see cref="Target"/> and <see cref="Other"/> may be negative where nothing positive can come out.</summary>
    public UnitBounds After(BoundedLayer layer, Arithmetic arithmetic)
    {
        var outputs = layer.Layer.Outputs;
        var (target, other, error) = (new double[outputs], new double[outputs], new double[outputs]);

        // A channel may be a whole map that a linear layer reads pixel by pixel.
        var kernel = layer.Layer.Fan / Error.Length;
        for (var o = 0; o < outputs; o++)
        {
            (target[o], other[o], error[o]) = Output(layer, o, kernel, arithmetic);
        }

        return new(target, other, error);
    }

    /// <summary>After ReLU: 1-Lipschitz, and both values lie in [0, their bounds].</summary>
    public UnitBounds Rectified()
    {
        var (target, other) = (Array.ConvertAll(Target, t => Math.Max(t, 0)), Array.ConvertAll(Other, t => Math.Max(t, 0)));
        return new(target, other, [.. Error.Select((e, i) => Math.Min(e, Math.Max(target[i], other[i])))]);
    }

    /// <summary>After the mean over a map: as exact, plus the rounding of two sums.</summary>
    public UnitBounds Averaged(int pixels, Arithmetic arithmetic)
    {
        var gamma = arithmetic.Gamma(pixels + 1);
        return new(Array.ConvertAll(Target, Wider), Array.ConvertAll(Other, Wider), [.. Error.Select((e, i) => (e + (gamma * (Target[i] + Other[i]))) * (1 + Outward))]);

        double Wider(double bound) => bound * (1 + gamma) * (1 + Outward);
    }

    private (double Target, double Other, double Error) Output(BoundedLayer layer, int o, int kernel, Arithmetic arithmetic)
    {
        var fan = layer.Layer.Fan;
        double up = 0, otherUp = 0, sum = 0, otherSum = 0, carried = 0, otherCarried = 0;
        double gapUp = 0, gapDown = 0, otherGapUp = 0, otherGapDown = 0;
        for (var i = 0; i < fan; i++)
        {
            var (w, v, m) = (layer.Target[(o * fan) + i], layer.Other[(o * fan) + i], layer.Magnitude[(o * fan) + i]);
            var (a, b, e) = (Target[i / kernel], Other[i / kernel], Error[i / kernel]);
            up += Math.Max(w, 0) * a;
            otherUp += Math.Max(v, 0) * b;
            sum += Math.Abs(w) * a;
            otherSum += m * b;
            carried += Math.Abs(v) * e;
            otherCarried += Math.Abs(w) * e;
            gapUp += Math.Max(v - w, 0) * a;
            gapDown += Math.Min(v - w, 0) * a;
            otherGapUp += Math.Max(v - w, 0) * b;
            otherGapDown += Math.Min(v - w, 0) * b;
        }

        var (bias, otherBias) = (layer.TargetBias[o], layer.OtherBias[o]);
        var gap = otherBias - bias;

        // v·y - w·x = v·(y - x) + (v - w)·x = w·(y - x) + (v - w)·y, y of the other net.
        var exact = Math.Min(carried + Math.Max(Math.Abs(gapUp + gap), Math.Abs(gapDown + gap)), otherCarried + Math.Max(Math.Abs(otherGapUp + gap), Math.Abs(otherGapDown + gap)));
        var rounding = (arithmetic.Gamma(layer.TargetTerms) * (sum + Math.Abs(bias))) + (layer.TargetTerms * arithmetic.Least);
        var otherRounding = (arithmetic.Gamma(layer.OtherTerms) * (otherSum + layer.BiasMagnitude[o])) + (layer.OtherTerms * (double)fan * arithmetic.Least);
        return (
            up + bias + rounding + (Outward * (sum + Math.Abs(bias))),
            otherUp + otherBias + otherRounding + (Outward * (otherSum + layer.BiasMagnitude[o])),
            (exact + rounding + otherRounding) * (1 + Outward));
    }
}
