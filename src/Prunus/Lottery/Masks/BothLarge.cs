namespace Prunus.Lottery.Masks;

/// <summary>Keeps weights that are large (or small) both before and after training (Zhou et al. 2019, arXiv 1905.01067, "large init large final").</summary>
public static class BothLarge
{
    private const double Pruned = -9999, Narrowest = 1e-4;

    /// <summary>What a rule came to.</summary>
    /// <param name="Mask">What is kept.</param>
    /// <param name="Wanted">Weights that should have been pruned in all (bisection) or among the survivors (ranks).</param>
    /// <param name="Level">Percentile that the bisection ended at, or rank.</param>
    public sealed record Outcome(Mask Mask, int Wanted, double Level);

    /// <summary>
    /// The authors' rule. With pruned positions at -9999 on both sides and P the percentage that shall be pruned of the whole layer, q in [0, P] is halved until
    /// n - #{a ≥ percentile(a, q) and b ≥ percentile(b, q)} is the wanted count or the interval is below 1e-4; then each side drops its floor(n q / 100) lowest
    /// and what both keep stays. The count may be missed, badly with ties.
    /// </summary>
    /// <param name="mask">What has survived so far.</param>
    /// <param name="values">Initial and trained weights.</param>
    /// <param name="share">Share of the survivors that goes.</param>
    /// <param name="sign">1 to keep large weights, -1 to keep small ones.</param>
    public static Outcome Bisected(Mask mask, CriterionValues values, double share, int sign)
    {
        var (initial, final) = (Scores(mask, values.Initial, sign), Scores(mask, values.Final, sign));
        double[] sortedInitial = Sorted(initial), sortedFinal = Sorted(final);
        var count = mask.Count;
        var percent = (count - mask.Kept + (mask.Kept * Percent(share) / 100)) / count * 100;
        var wanted = (int)(count * percent / 100);
        var q = Bisect(percent, wanted, at => Below(initial, final, Percentile(sortedInitial, at), Percentile(sortedFinal, at)));
        var each = (int)Math.Floor(count * q / 100);
        var all = Mask.Full(mask.Shape);
        return new(MaskCut.Lowest(all, initial, each).And(MaskCut.Lowest(all, final, each)), wanted, q);
    }

    /// <summary>Our exact variant: of the survivors, the r lowest by initial and the r lowest by trained weight go, r being the largest for which no more than the wanted
    /// count goes.</summary>
    /// <inheritdoc cref="Bisected"/>
    public static Outcome Ranked(Mask mask, CriterionValues values, double share, int sign)
    {
        int[] alive = [.. mask.KeptIndices()];
        var wanted = (int)MaskRates.CountOf(alive.Length, share);
        int[] byInitial = Order(alive, values.Initial, sign), byFinal = Order(alive, values.Final, sign);
        var gone = new bool[mask.Count];
        var (rank, count) = (0, 0);
        for (; rank < alive.Length; rank++)
        {
            var (a, b) = (byInitial[rank], byFinal[rank]);
            var more = (gone[a] ? 0 : 1) + (gone[b] || a == b ? 0 : 1);
            if (count + more > wanted)
            {
                break;
            }

            (gone[a], gone[b], count) = (true, true, count + more);
        }

        return new(Mask.Where(mask.Shape, i => mask[i] && !gone[i]), wanted, rank);
    }

    private static double Bisect(double high, int wanted, Func<double, int> pruned)
    {
        for (var low = 0.0; ;)
        {
            var q = (low + high) / 2;
            var count = pruned(q);
            if (count == wanted)
            {
                return q;
            }

            (low, high) = count > wanted ? (low, q) : (q, high);
            if (high - low < Narrowest)
            {
                return high;
            }
        }
    }

    private static int Below(double[] initial, double[] final, double leastInitial, double leastFinal)
    {
        var kept = 0;
        for (var i = 0; i < initial.Length; i++)
        {
            kept += initial[i] >= leastInitial && final[i] >= leastFinal ? 1 : 0;
        }

        return initial.Length - kept;
    }

    // numpy's linear percentile: between the neighbours of position (n - 1) q / 100, from the nearer one.
    private static double Percentile(double[] sorted, double q)
    {
        var position = (sorted.Length - 1) * (q / 100);
        var index = (int)Math.Floor(position);
        if (index >= sorted.Length - 1)
        {
            return sorted[^1];
        }

        var (part, low, high) = (position - index, sorted[index], sorted[index + 1]);
        return part >= 0.5 ? high - ((high - low) * (1 - part)) : low + ((high - low) * part);
    }

    private static double[] Sorted(double[] values)
    {
        double[] sorted = [.. values];
        Array.Sort(sorted);
        return sorted;
    }

    private static double Percent(double share) => Math.Round(share * 100, 10);

    private static double[] Scores(Mask mask, float[] weights, int sign)
    {
        var scores = new double[mask.Count];
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = mask[i] ? sign * Math.Abs((double)weights[i]) : Pruned;
        }

        return scores;
    }

    // Enumerable.OrderBy is stable: ties stay in index order.
    private static int[] Order(int[] alive, float[] weights, int sign) => [.. alive.OrderBy(i => sign * Math.Abs(weights[i]))];
}
