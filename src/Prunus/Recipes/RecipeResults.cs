using Prunus.Lottery.Experiments.Measures;
using Prunus.Runs;

namespace Prunus.Recipes;

/// <summary>Results of all cells: metrics by reference and seed.</summary>
/// <param name="size">The recipe at its size.</param>
/// <param name="cells">By variant (or donor) and seed; donors have one result for all seeds.</param>
internal sealed class RecipeResults(RecipeSize size, IReadOnlyDictionary<(string Variant, long Seed), CellResult> cells)
{
    public RecipeSize Size => size;

    /// <summary>Result of a cell.</summary>
    public CellResult Cell(string variant, long seed) => cells[(variant, seed)];

    /// <summary>Value of a metric with one seed; NaN where there is none.</summary>
    public double Value(MetricReference reference, long seed)
    {
        var cell = Cell(reference.Variant, seed);
        if (size.Tickets is not null && TicketMetrics.AccuracyOf(reference.Metric) is { } accuracy)
        {
            return 1 - Value(reference with { Metric = accuracy }, seed);
        }

        return reference.Metric == "reach" ? Reach(cell, seed) ?? double.NaN
            : reference.Metric.StartsWith("loss@", StringComparison.Ordinal)
                ? cell.LossAt(long.Parse(reference.Metric.AsSpan(5), System.Globalization.CultureInfo.InvariantCulture)) ?? double.NaN
            : cell.Metrics.TryGetValue(reference.Metric, out var value) ? value : double.NaN;
    }

    /// <summary>Mean of a metric over seeds with its interval; of trainings that may fail (ticket experiments, kinds of pruning) over those seeds whose did not.</summary>
    public StudentInterval Over(MetricReference reference) =>
        StudentInterval.Of([.. size.Seeds.Select(s => Value(reference, s)).Where(v => (size.Tickets is null && size.Sparsity is null) || !double.IsNaN(v))]);

    /// <summary>Least and most of any training, over seeds and replicates; NaN without one.</summary>
    public (double Least, double Most) Range(MetricReference reference)
    {
        var cells = size.Seeds.Select(s => (Cell: Cell(reference.Variant, s), Value: Value(reference, s))).Where(c => double.IsFinite(c.Value)).ToList();
        return cells.Count == 0 ? (double.NaN, double.NaN)
            : (cells.Min(c => c.Cell.Least.GetValueOrDefault(reference.Metric, c.Value)), cells.Max(c => c.Cell.Most.GetValueOrDefault(reference.Metric, c.Value)));
    }

    /// <summary>Of a metric that says how a cell lies beside the dense net: where its interval lies; null of others. Where trainings of a seed failed it is open: those left are the lucky ones.</summary>
    public Side? SideOf(MetricReference reference)
    {
        double? none = reference.Metric == TicketMetrics.Sooner ? 1 : reference.Metric.EndsWith(TicketMetrics.BesideDense, StringComparison.Ordinal) ? 0 : null;
        var (_, low, high) = StudentInterval.Of([.. size.Seeds.Select(s => Value(reference, s))]);
        return none is not { } bound ? null
            : size.Seeds.Count < ClaimJudge.FewestSeeds ? Side.NotJudged
            : low > bound ? Side.Above : high < bound ? Side.Below : Side.Inconclusive;
    }

    /// <summary>The quantity of a claim with one seed; NaN where it cannot be said.</summary>
    public double Quantity(ClaimQuantity quantity, long seed) => quantity switch
    {
        ClaimQuantity.Difference d => Mean(d.Left, seed) - (d.Right.Count == 0 ? 0 : Mean(d.Right, seed)),
        ClaimQuantity.Ratio r => AtLeast(r.Left, seed) / Value(r.Right, seed),
        ClaimQuantity.AgainstAll a => Extreme([.. a.Right.Select(r => Value(r, seed))], a.Largest) is var other && a.Quotient ? Value(a.Left, seed) / other : Value(a.Left, seed) - other,
        ClaimQuantity.Order o => o.Groups.Zip(o.Groups.Skip(1), (low, high) => Mean(high, seed) - Mean(low, seed)).Min(),
        ClaimQuantity.RankCorrelation c => RankCorrelation.Spearman([.. c.X.Select(x => Value(x, seed))], [.. c.Y.Select(y => Value(y, seed))]),
        ClaimQuantity.Winner w => AheadOfMedian([.. w.By.Select(m => Value(m, seed))], [.. w.On.Select(m => Value(m, seed))]),
        _ => throw new InvalidOperationException(),
    };

    /// <summary>Whether a quantity is a lower bound with some seed: a loss that was never reached counts as reached with the last token.</summary>
    public bool IsLowerBound(ClaimQuantity quantity) =>
        quantity is ClaimQuantity.Ratio { Left: { Metric: "reach" } left } && size.Seeds.Any(s => double.IsNaN(Value(left, s)));

    // The target is the same seed's loss of the variant that the recipe names.
    private double? Reach(CellResult cell, long seed) => size.Reach is { } target ? cell.TokensTo(Cell(target.Variant, seed).Curve is [.., var last] ? last.Loss : double.NaN) : null;

    private double AtLeast(MetricReference reference, long seed) =>
        Value(reference, seed) is var value && double.IsNaN(value) && reference.Metric == "reach" ? Cell(reference.Variant, seed).Tokens : value;

    private static double Extreme(double[] values, bool largest) => values.Any(double.IsNaN) ? double.NaN : largest ? values.Max() : values.Min();

    private static double AheadOfMedian(double[] by, double[] on)
    {
        if (by.Concat(on).Any(double.IsNaN))
        {
            return double.NaN;
        }

        var sorted = on.Order().ToArray();
        var median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        return on[Array.IndexOf(by, by.Min())] - median;
    }

    private double Mean(IReadOnlyList<MetricReference> references, long seed) => references.Average(r => Value(r, seed));
}
