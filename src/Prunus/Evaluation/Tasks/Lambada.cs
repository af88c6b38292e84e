namespace Prunus.Evaluation.Tasks;

/// <summary>The last word of a passage that only the whole of it tells, in OpenAI's detokenised version: <c>text</c>, cut at its last blank.</summary>
internal static class Lambada
{
    private static readonly TaskData Test = new("lambada_test", "EleutherAI/lambada_openai", "default", "test");

    public static EvaluationTask OpenAi { get; } = new(
        "lambada_openai", "the last word of a passage that only the whole of it tells", "Paperno et al. 2016, arXiv 1606.06031; Radford et al. 2019",
        1.0, Test, Test, Read, [TaskMetrics.Perplexity, TaskMetrics.GreedyAccuracy]);

    private static TaskDocument Read(TaskRow row)
    {
        var text = row.Text("text");
        var cut = text.LastIndexOf(' ');
        return TaskDocument.Continue(cut < 0 ? "" : text[..cut], " " + text[(cut + 1)..]);
    }
}
