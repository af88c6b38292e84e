namespace Prunus.Evaluation.Tasks;

/// <summary>Physical common sense, two ways to reach a goal: <c>goal</c>, <c>sol1</c>, <c>sol2</c>, <c>label</c> (0 or 1; in the first publication a file of its own, to be put in).</summary>
internal static class Piqa
{
    public static EvaluationTask Task { get; } = new(
        "piqa", "physical common sense, two ways to reach a goal", "Bisk et al. 2020, arXiv 1911.11641", 1.0,
        new TaskData("piqa_valid", "baber/piqa", null, "validation"), new TaskData("piqa_train", "baber/piqa", null, "train"),
        row => TaskDocument.Choose($"Question: {row.Text("goal")}\nAnswer:", [row.Text("sol1"), row.Text("sol2")], row.Index("label", 2)),
        [TaskMetrics.Accuracy, TaskMetrics.NormalisedAccuracy])
    {
        ExamplesLeaveItemOut = true,
    };
}
