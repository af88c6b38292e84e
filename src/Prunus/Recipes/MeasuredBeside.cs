namespace Prunus.Recipes;

/// <summary>How two metrics are set against each other.</summary>
public enum MeasuredForm
{
    /// <summary>The first less the second.</summary>
    Minus,

    /// <summary>The first over the second.</summary>
    Ratio,

    /// <summary>By what share of the second the first lies below it: 1 - first / second.</summary>
    Below,
}

/// <summary>What of ours stands beside a published number: a metric, or two of them set against each other. Of means over seeds, as papers read it off their mean curves.</summary>
/// <param name="Metric">The metric, or the first of two.</param>
/// <param name="Form">How two are set against each other.</param>
/// <param name="Other">The second; null for one metric by itself.</param>
/// <param name="Times">What it is multiplied by: 100 for percent and points.</param>
public sealed record MeasuredBeside(MetricReference Metric, MeasuredForm Form = MeasuredForm.Minus, MetricReference? Other = null, double Times = 1)
{
    /// <summary>Metrics that it reads.</summary>
    public IEnumerable<MetricReference> References => Other is null ? [Metric] : [Metric, Other];

    /// <summary>The value.</summary>
    /// <param name="mean">Mean of a metric over seeds.</param>
    /// <returns>NaN or infinite where it cannot be said.</returns>
    public double Value(Func<MetricReference, double> mean)
    {
        var first = mean(Metric);
        return Times * (Other is null ? first : (Form, mean(Other)) switch
        {
            (MeasuredForm.Minus, var second) => first - second,
            (MeasuredForm.Ratio, var second) => first / second,
            (_, var second) => 1 - (first / second),
        });
    }
}
