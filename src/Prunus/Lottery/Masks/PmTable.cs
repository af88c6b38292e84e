namespace Prunus.Lottery.Masks;

/// <summary>What is left after some rounds.</summary>
/// <param name="Round">Rounds of pruning; 0 = dense.</param>
/// <param name="Kept">Weights kept of each prunable tensor in the order of the pass; where tensors are ranked together one number for those, then one for each of the others.</param>
/// <param name="Pm">Share of the prunable weights that is left, 0 to 1, by integer counts.</param>
/// <param name="RealPm">The same by real numbers: sum of n (1 - rate)^round.</param>
public sealed record PmRow(int Round, IReadOnlyList<long> Kept, double Pm, double RealPm);

/// <summary>Sizes of tickets before anything is trained: shapes and rates decide them.</summary>
public static class PmTable
{
    /// <summary>Rows of round 0 to <paramref name="rounds"/>.</summary>
    /// <param name="tensors">Tensors of the net. What is not prunable does not count; what has rate 0 is kept and counts.</param>
    /// <param name="options">Rates and scope. Counts are those of <see cref="MaskRule.Count"/> without ties or layers that end at the minimum in one ranking.</param>
    /// <param name="rounds">Number of rounds.</param>
    public static IReadOnlyList<PmRow> Rows(IEnumerable<TicketTensor> tensors, MaskCutOptions options, int rounds)
    {
        options.Validate();
        ArgumentOutOfRangeException.ThrowIfNegative(rounds);
        var prunable = tensors.Where(t => t.IsPrunable).ToList();
        var pools = options.Pools(prunable).ToList();
        var ranked = pools.SelectMany(p => p.Pool).ToHashSet();
        IEnumerable<(IReadOnlyList<TicketTensor> Pool, double Rate)> apart = options.Scope == MaskScope.Layerwise
            ? prunable.Select(t => ((IReadOnlyList<TicketTensor>)[t], options.Rates.Of(t)))
            : [.. pools, .. prunable.Where(t => !ranked.Contains(t)).Select(t => ((IReadOnlyList<TicketTensor>)[t], 0.0))];
        var parts = apart.Select(p => (Count: p.Pool.Sum(t => t.ElementCount), p.Rate, Least: p.Pool.Count * (long)options.MinimumKeep)).ToList();
        var total = parts.Sum(p => p.Count);
        var rows = new List<PmRow>();
        long[] kept = [.. parts.Select(p => p.Count)];
        for (var round = 0; round <= rounds; round++)
        {
            var real = parts.Sum(p => p.Count * Math.Pow(1 - p.Rate, round));
            rows.Add(new(round, [.. kept], (double)kept.Sum() / total, real / total));
            kept = [.. kept.Zip(parts, (k, p) => Math.Max(Math.Min(k, p.Least), k - MaskRates.CountOf(k, p.Rate)))];
        }

        return rows;
    }
}
