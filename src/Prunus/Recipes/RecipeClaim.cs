namespace Prunus.Recipes;

/// <summary>What a claim says about its quantity.</summary>
public enum ClaimSide
{
    Below,
    Above,
    Within,
}

/// <summary>A statement to be judged over seeds.</summary>
/// <param name="Id">Short id, unique in the recipe.</param>
/// <param name="Text">The statement.</param>
/// <param name="Bold">Must PASS at size cpu (figures that the project stands for).</param>
/// <param name="Quantity">What is measured, once per seed.</param>
/// <param name="Side">Below, above or within.</param>
/// <param name="Bound">Bound; for within: the margin around the centre.</param>
/// <param name="Centre">For within: what is to be equalled, 0 for a difference.</param>
public sealed record RecipeClaim(string Id, string Text, bool Bold, ClaimQuantity Quantity, ClaimSide Side, double Bound, double Centre = 0);

/// <summary>A quantity of one seed.</summary>
public abstract record ClaimQuantity
{
    private ClaimQuantity()
    {
    }

    /// <summary>Mean of some metrics minus the mean of others; only the left where there are no others.</summary>
    public sealed record Difference(IReadOnlyList<MetricReference> Left, IReadOnlyList<MetricReference> Right) : ClaimQuantity;

    /// <summary>Quotient of two metrics.</summary>
    public sealed record Ratio(MetricReference Left, MetricReference Right) : ClaimQuantity;

    /// <summary>A metric minus the largest, or the smallest, of others with the same seed; or its quotient with that.</summary>
    public sealed record AgainstAll(MetricReference Left, IReadOnlyList<MetricReference> Right, bool Largest, bool Quotient) : ClaimQuantity;

    /// <summary>Smallest step of an order of groups: mean of a group minus mean of the one before it. Above 0 exactly when the whole order holds.</summary>
    public sealed record Order(IReadOnlyList<IReadOnlyList<MetricReference>> Groups) : ClaimQuantity;

    /// <summary>Spearman's rank correlation of two metrics over variants.</summary>
    public sealed record RankCorrelation(IReadOnlyList<MetricReference> X, IReadOnlyList<MetricReference> Y) : ClaimQuantity;

    /// <summary>Of the candidate with the least of one metric: another metric of it, minus that metric's median over all candidates.</summary>
    /// <param name="By">What chooses, of each candidate.</param>
    /// <param name="On">What is compared, of each candidate.</param>
    public sealed record Winner(IReadOnlyList<MetricReference> By, IReadOnlyList<MetricReference> On) : ClaimQuantity;

    /// <summary>Metrics that it reads.</summary>
    public IEnumerable<MetricReference> References => this switch
    {
        Difference d => d.Left.Concat(d.Right),
        Ratio r => [r.Left, r.Right],
        AgainstAll a => a.Right.Prepend(a.Left),
        Order o => o.Groups.SelectMany(g => g),
        RankCorrelation c => c.X.Concat(c.Y),
        Winner w => w.By.Concat(w.On),
        _ => [],
    };
}
