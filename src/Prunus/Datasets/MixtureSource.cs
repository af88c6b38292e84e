namespace Prunus.Datasets;

/// <summary>A source of a mixture.</summary>
/// <param name="Tokens">Its tokens.</param>
/// <param name="Slots">Blocks it gives to every batch.</param>
public sealed record MixtureSource(TokenSource Tokens, int Slots)
{
    /// <summary>Shares the slots of a batch out by weight: each source its whole part, what is left to the largest remainders (the first of equal ones).</summary>
    /// <param name="sources">Sources with their weights, any positive numbers.</param>
    /// <param name="batchSize">Slots in all.</param>
    /// <exception cref="PrunusInputException">A weight is no positive number, or the batch is too small to give every source a slot.</exception>
    public static IReadOnlyList<MixtureSource> ByWeight(IReadOnlyList<(TokenSource Tokens, double Weight)> sources, int batchSize)
    {
        if (sources.FirstOrDefault(s => !double.IsFinite(s.Weight) || s.Weight <= 0) is { Tokens: { } bad })
        {
            throw new PrunusInputException(bad.Name, "has a weight that is no positive number", "give each source a positive weight");
        }

        var sum = sources.Sum(s => s.Weight);
        var exact = sources.Select(s => s.Weight / sum * batchSize).ToArray();
        var slots = exact.Select(x => (int)Math.Floor(x)).ToArray();
        foreach (var i in Enumerable.Range(0, slots.Length).OrderByDescending(i => exact[i] - slots[i]).Take(batchSize - slots.Sum()))
        {
            slots[i]++;
        }

        var empty = Array.IndexOf(slots, 0);
        return empty < 0
            ? [.. sources.Select((s, i) => new MixtureSource(s.Tokens, slots[i]))]
            : throw new PrunusInputException(
                sources[empty].Tokens.Name, $"gets none of the {batchSize} slots of a batch", "raise its weight or the batch size, or leave it out");
    }
}
