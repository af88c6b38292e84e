namespace Prunus.Tests.Lottery.Masks;

/// <summary>References give their pruning rates as the counts that these leave.</summary>
internal static class WholePercent
{
    /// <summary>The share, in whole percents or else tenths of one, that leaves these counts, floor(alive · percent / 100) going each time.</summary>
    /// <param name="series">For each tensor, or for tensors ranked together, what is left after 0, 1, 2 … rounds.</param>
    public static double Of(params IEnumerable<IReadOnlyList<long>> series)
    {
        var all = series.ToList();
        var percents = Enumerable.Range(0, 100).Select(p => (double)p).Concat(Enumerable.Range(0, 1000).Select(p => p / 10.0));
        double? percent = percents.Cast<double?>().FirstOrDefault(p => all.TrueForAll(
            counts => counts.Zip(counts.Skip(1)).All(round => round.Second == round.First - (long)Math.Floor(round.First * p!.Value / 100))));
        Assert.True(percent is not null, $"no percent leaves {string.Join("; ", all.Select(c => string.Join(' ', c)))}");
        return percent.Value / 100;
    }
}
