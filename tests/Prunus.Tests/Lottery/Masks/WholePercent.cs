namespace Prunus.Tests.Lottery.Masks;

/// <summary>References give their pruning rates as the counts that these leave.</summary>
internal static class WholePercent
{
    /// <summary>The share of a hundredth that leaves these counts, floor(alive · percent / 100) going each time.</summary>
    /// <param name="series">For each tensor, or for tensors ranked together, what is left after 0, 1, 2 … rounds.</param>
    public static double Of(params IEnumerable<IReadOnlyList<long>> series)
    {
        var all = series.ToList();
        var percent = Enumerable.Range(0, 100).Cast<int?>().FirstOrDefault(p => all.TrueForAll(
            counts => counts.Zip(counts.Skip(1)).All(round => round.Second == round.First - (long)Math.Floor(round.First * (double)p! / 100))));
        Assert.True(percent is not null, $"no whole percent leaves {string.Join("; ", all.Select(c => string.Join(' ', c)))}");
        return percent.Value / 100.0;
    }
}
