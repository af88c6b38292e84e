namespace Prunus.Evaluation.Tasks;

/// <summary>A task scored by log-likelihoods, item by item as lm-evaluation-harness 0.4.13 does it.</summary>
/// <param name="Id">As in <c>--tasks</c> and in lm-evaluation-harness.</param>
/// <param name="Title">One line for people.</param>
/// <param name="Paper">Where it comes from.</param>
/// <param name="Version">The harness's version of the task.</param>
/// <param name="Data">Items.</param>
/// <param name="Examples">Where few-shot examples are drawn from.</param>
/// <param name="Read">From a row of the data to what is asked.</param>
/// <param name="Metrics">What is measured, in the order of printing.</param>
public sealed record EvaluationTask(
    string Id, string Title, string Paper, double Version, TaskData Data, TaskData Examples, Func<TaskRow, TaskDocument> Read, IReadOnlyList<TaskMetric> Metrics)
{
    /// <summary>
    /// Draws one example more than asked for and leaves out the item itself. The harness does so for tasks that name neither a test nor a few-shot split,
    /// and the draw decides which examples all later items get.
    /// </summary>
    public bool ExamplesLeaveItemOut { get; init; }
}
