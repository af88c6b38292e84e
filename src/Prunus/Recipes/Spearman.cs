namespace Prunus.Recipes;

/// <summary>Spearman's rank correlation: Pearson's of the ranks, ties share their mean rank (Spearman 1904).</summary>
internal static class Spearman
{
    /// <summary>The correlation, -1 to 1; NaN when a value is, or when all of one side are equal.</summary>
    public static double Of(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
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

    private static double[] Ranks(IReadOnlyList<double> values) =>
        [.. values.Select(v => values.Count(w => w < v) + ((values.Count(w => w == v) + 1) / 2.0))];
}
