namespace Prunus.Lottery.Masks;

/// <summary>What is left after some rounds.</summary>
/// <param name="Round">Rounds of pruning; 0 = dense.</param>
/// <param name="Kept">Weights kept, of each tensor in the order of the table; one number for all where they are ranked together.</param>
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
        var pruned = options.Pools(prunable).Select(p => (Count: p.Pool.Sum(t => t.ElementCount), p.Rate, Least: p.Pool.Count * (long)options.MinimumKeep)).ToList();
        var inPools = options.Pools(prunable).SelectMany(p => p.Pool).ToHashSet();
        var untouched = prunable.Where(t => !inPools.Contains(t)).Select(t => (t.ElementCount, 0.0, 0L));
        (long Count, double Rate, long Least)[] parts = options.Scope == MaskScope.Layerwise
            ? [.. prunable.Select(t => (t.ElementCount, options.Rates.Of(t), (long)options.MinimumKeep))]
            : [.. pruned, .. untouched];
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
