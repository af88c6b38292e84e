namespace Prunus.Evaluation.Tasks;

/// <summary>A value of each item and how the values become one number.</summary>
/// <param name="Id">The harness's name.</param>
/// <param name="HigherIsBetter">Which way is up.</param>
/// <param name="Value">Value of an item.</param>
/// <param name="Aggregate">From all items' values to the result.</param>
/// <param name="StandardError">Of the result.</param>
public sealed record TaskMetric(
    string Id, bool HigherIsBetter, Func<ScoredItem, double> Value, Func<IReadOnlyList<double>, double> Aggregate, Func<IReadOnlyList<double>, int, double> StandardError);

/// <summary>The metrics of log-likelihood tasks.</summary>
public static class TaskMetrics
{
    /// <summary>Whether the likeliest option is the right one; of equally likely ones the first counts.</summary>
    public static TaskMetric Accuracy { get; } = OfMean("acc", item => item.Predicted == item.Target ? 1 : 0);

    /// <summary>As <see cref="Accuracy"/>, each log-likelihood divided by the characters (code points) of its answer.</summary>
    public static TaskMetric NormalisedAccuracy { get; } = OfMean("acc_norm", item => item.PredictedByCharacter == item.Target ? 1 : 0);

    /// <summary>Whether greedy decoding writes the continuation.</summary>
    public static TaskMetric GreedyAccuracy { get; } = OfMean("acc", item => item.Options[0].Likelihood.IsGreedy ? 1 : 0);

    /// <summary>exp(-mean log-likelihood of an item's continuation).</summary>
    public static TaskMetric Perplexity { get; } = new(
        "perplexity", false, item => item.Options[0].Likelihood.Value, values => Math.Exp(-Statistics.Mean(values)),
        (values, iterations) => Statistics.Bootstrap(values, sample => Math.Exp(-sample), iterations));

    private static TaskMetric OfMean(string id, Func<ScoredItem, double> value) => new(id, true, value, Statistics.Mean, (values, _) => Statistics.StandardError(values));
}
