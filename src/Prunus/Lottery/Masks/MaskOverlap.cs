namespace Prunus.Lottery.Masks;

/// <summary>How far two masks agree.</summary>
/// <param name="Count">Weights in all.</param>
/// <param name="KeptByFirst">Kept by the first.</param>
/// <param name="KeptBySecond">Kept by the second.</param>
/// <param name="KeptByBoth">Kept by both.</param>
public sealed record MaskOverlap(long Count, long KeptByFirst, long KeptBySecond, long KeptByBoth)
{
    /// <summary>Kept by either.</summary>
    public long KeptByEither => KeptByFirst + KeptBySecond - KeptByBoth;

    /// <summary>Intersection over union (Jaccard), 0 to 1; 1 for two empty masks.</summary>
    public double IntersectionOverUnion => KeptByEither == 0 ? 1 : (double)KeptByBoth / KeptByEither;

    /// <summary>Share of weights that only one of them keeps, 0 to 1.</summary>
    public double Hamming => Count == 0 ? 0 : (double)(KeptByEither - KeptByBoth) / Count;

    /// <summary>What <see cref="KeptByBoth"/> would be on average if both were drawn at random with these counts.</summary>
    public double ExpectedByChance => Count == 0 ? 0 : (double)KeptByFirst * KeptBySecond / Count;

    /// <summary>The overlap (as <see cref="IntersectionOverUnion"/>) that random masks with the same numbers of weights in each layer have: Σ k₁k₂/n over Σ (k₁ + k₂ - k₁k₂/n),
    /// each sum at its mean.</summary>
    public static double ByChance(IEnumerable<MaskOverlap> layers)
    {
        var all = layers.ToList();
        var (both, kept) = (all.Sum(l => l.ExpectedByChance), all.Sum(l => l.KeptByFirst + l.KeptBySecond));
        return kept == 0 ? 1 : both / (kept - both);
    }

    /// <summary>Of two masks of one shape.</summary>
    public static MaskOverlap Of(Mask first, Mask second) => new(first.Count, first.Kept, second.Kept, first.And(second).Kept);

    /// <summary>By layer, and of all layers together.</summary>
    /// <exception cref="PrunusInputException">The sets are of different nets.</exception>
    public static (IReadOnlyDictionary<string, MaskOverlap> Layers, MaskOverlap All) Of(MaskSet first, MaskSet second)
    {
        if (!first.Names.SequenceEqual(second.Names) || first.Names.Any(n => !first[n].Shape.SequenceEqual(second[n].Shape)))
        {
            throw new PrunusInputException("masks", "are of different nets", "compare tickets of one net");
        }

        var layers = first.Names.ToDictionary(n => n, n => Of(first[n], second[n]), StringComparer.Ordinal);
        var all = layers.Values;
        return (layers, new(all.Sum(o => o.Count), all.Sum(o => o.KeptByFirst), all.Sum(o => o.KeptBySecond), all.Sum(o => o.KeptByBoth)));
    }
}
