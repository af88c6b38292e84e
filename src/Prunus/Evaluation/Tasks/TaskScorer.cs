using Prunus.Decoders;
using Prunus.Tokenizers;

namespace Prunus.Evaluation.Tasks;

/// <summary>A metric's value over all items.</summary>
/// <param name="Metric">Which.</param>
/// <param name="Value">The estimate.</param>
/// <param name="StandardError">Its standard error; NaN where there is none.</param>
public sealed record TaskMetricValue(TaskMetric Metric, double Value, double StandardError);

/// <summary>What a model scores on a task.</summary>
/// <param name="Set">The task and its data.</param>
/// <param name="Options">How it was scored.</param>
/// <param name="Items">Item by item, in the order of the data.</param>
/// <param name="Metrics">The task's metrics.</param>
public sealed record TaskResult(TaskSet Set, TaskOptions Options, IReadOnlyList<ScoredItem> Items, IReadOnlyList<TaskMetricValue> Metrics);

/// <summary>Scores a decoder on a task.</summary>
public static class TaskScorer
{
    /// <param name="decoder">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="set">The task and its data.</param>
    /// <param name="options">Limit, examples, lengths.</param>
    /// <param name="progress">Called after each batch with options scored and in all.</param>
    /// <param name="cancellation">Ends between batches.</param>
    /// <exception cref="PrunusInputException">Options are out of range, the pool of examples is too small, or the tokenizer is another model's.</exception>
    public static TaskResult Score(
        Decoder decoder, Tokenizer tokenizer, TaskSet set, TaskOptions options, Action<int, int>? progress = null, CancellationToken cancellation = default)
    {
        options.Validate();
        var questions = TaskQuestion.All(set, tokenizer, options);
        var likelihoods = LikelihoodScorer.Score(
            decoder, [.. questions.Select(q => q.Options.Select(o => (o.ContextIds, o.ContinuationIds)).ToList())], options, progress, cancellation);
        var items = questions.Zip(likelihoods, (question, found) => new ScoredItem(
            question, [.. question.Item.Document.Options.Select((text, i) => new ScoredOption(text, question.Options[i], found[i]))])).ToList();
        return new TaskResult(set, options, items, [.. set.Task.Metrics.Select(metric => Measure(metric, items, options))]);
    }

    private static TaskMetricValue Measure(TaskMetric metric, List<ScoredItem> items, TaskOptions options)
    {
        var values = items.Select(metric.Value).ToList();
        return new TaskMetricValue(metric, metric.Aggregate(values), metric.StandardError(values, options.BootstrapIterations));
    }
}
