using Prunus.Lottery.Strong.Bounds;

namespace Prunus.Lottery.Universal;

/// <summary>What is certain of a backbone's features for all inputs in [0,1].</summary>
/// <param name="Features">No feature is off by more, one number for each: that of the shared function at the end, and that of its input times the function's slope.</param>
/// <param name="Rounding">What computing the pruned random layers in a float arithmetic adds, at most, to each.</param>
public sealed record UniversalBound(IReadOnlyList<double> Features, IReadOnlyList<double> Rounding)
{
    /// <summary>Largest of all features, rounding included.</summary>
    public double Largest => Features.Zip(Rounding, (e, r) => e + r).Max();

    /// <summary>Certifies a backbone.</summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="arithmetic">What its layers are computed in.</param>
    public static UniversalBound Certify(UniversalBackbone backbone, Arithmetic arithmetic)
    {
        var (first, mixing, features) = (backbone.First, backbone.Mixing, backbone.Ticket.Shape.Features);
        var (own, weighted) = (first?.Bound(0, 1) ?? 0, new Dictionary<int, double>());

        // Range and error of what is mixed, and the largest size of what it stands for.
        var (low, high) = first?.Range(0, 1) ?? (0, 1);
        (low, high) = (backbone.Last.Cut(low), backbone.Last.Cut(high));
        var (rounding, meant) = (first?.Rounding(arithmetic, 1, 0) ?? 0, first is null ? 1 : Math.Log(2));
        var size = Math.Max(Math.Abs(low), Math.Abs(high));
        var (errors, roundings) = (new double[features.Count], new double[features.Count]);
        for (var k = 0; k < features.Count; k++)
        {
            var weightedOff = 0.0;
            var (off, rounded, from, to, magnitude) = (Math.Abs(mixing.Biases[k] - features[k].Shift), 0.0, mixing.Biases[k], mixing.Biases[k], mixing.BiasMagnitudes[k]);
            for (var i = 0; i < mixing.Inputs; i++)
            {
                var weight = mixing.Weight(k, i);
                var (power, apart) = (features[k].Powers[i], Math.Abs(weight - features[k].Powers[i]) * meant);
                off += (Math.Abs(weight) * own) + apart;
                weightedOff += (Math.Abs(weight) * Weighted(power)) + apart;
                rounded += Math.Abs(weight) * rounding;
                magnitude += mixing.Magnitude(k, i) * (size + rounding);
                (from, to) = (from + Math.Min(weight * low, weight * high), to + Math.Max(weight * low, weight * high));
            }

            rounded += Dots.Rounding(arithmetic, mixing.Terms[k], magnitude);
            errors[k] = backbone.Last.Bound(from, to) + (first is null ? 2 * Math.PI * off : Math.Exp(off) * weightedOff);
            roundings[k] = backbone.Last.Rounding(arithmetic, Math.Max(Math.Abs(from), Math.Abs(to)), rounded);
        }

        return new(errors, roundings);

        // |exp(y + e) - exp(y)| ≤ |e|·exp(|e|)·exp(y), and of exp(y) = Π_j ((1+x_j)/2)^{r_j} the factor of the input that e comes from counts where e is large.
        double Weighted(int power) => first is null ? 0 : weighted.TryGetValue(power, out var bound) ? bound
            : weighted[power] = first.Bound(0, 1, x => Math.Pow(0.5 * (1 + x), power));
    }
}
