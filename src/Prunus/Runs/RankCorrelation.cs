namespace Prunus.Runs;

/// <summary>How far two lists of values put the same things in the same order: 1 = the same order, -1 = the opposite one.</summary>
public static class RankCorrelation
{
    /// <summary>Kendall's τ-b, (concordant - discordant) pairs over √((pairs - ties in x) · (pairs - ties in y)) (Kendall 1945).</summary>
    /// <returns>-1 to 1; NaN when a value is, or when all of one side are equal.</returns>
    public static double Kendall(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        Check(x, y);
        if (x.Concat(y).Any(double.IsNaN))
        {
            return double.NaN;
        }

        long agreement = 0, untiedX = 0, untiedY = 0;
        for (var i = 0; i < x.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var (a, b) = (x[i].CompareTo(x[j]), y[i].CompareTo(y[j]));
                agreement += Math.Sign(a) * Math.Sign(b);
                untiedX += a == 0 ? 0 : 1;
                untiedY += b == 0 ? 0 : 1;
            }
        }

        return agreement / (Math.Sqrt(untiedX) * Math.Sqrt(untiedY));
    }

    /// <summary>Spearman's ρ: Pearson's correlation of the ranks, ties share their mean rank (Spearman 1904).</summary>
    /// <returns>-1 to 1; NaN when a value is, or when all of one side are equal.</returns>
    public static double Spearman(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        Check(x, y);
        if (x.Concat(y).Any(double.IsNaN))
        {
            return double.NaN;
        }

        var (a, b) = (Ranks(x), Ranks(y));
        var middle = (x.Count + 1) / 2.0;
        var (covariance, left, right) = (0.0, 0.0, 0.0);
        for (var i = 0; i < a.Length; i++)
        {
            covariance += (a[i] - middle) * (b[i] - middle);
            left += (a[i] - middle) * (a[i] - middle);
            right += (b[i] - middle) * (b[i] - middle);
        }

        return covariance / Math.Sqrt(left * right);
    }

    /// <summary>Rank of each value, the least has 1; ties share their mean rank.</summary>
    public static double[] Ranks(IReadOnlyList<double> values) =>
        [.. values.Select(v => values.Count(w => w < v) + ((values.Count(w => w == v) + 1) / 2.0))];

    private static void Check(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        if (x.Count != y.Count)
        {
            throw new ArgumentException($"{x.Count} values beside {y.Count}", nameof(y));
        }
    }
}
