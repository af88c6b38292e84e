namespace Prunus.Evaluation.Tasks;

/// <summary>
/// AI2 reasoning challenge: school science, three to five answers. Rows as on the hub (<c>question</c>, <c>choices</c> {text[], label[]}, <c>answerKey</c>) or as
/// first published (<c>question</c> {stem, choices [{text, label}]}, <c>answerKey</c>).
/// </summary>
internal static class Arc
{
    private const string Paper = "Clark et al. 2018, arXiv 1803.05457";

    public static EvaluationTask Easy { get; } = Make("arc_easy", "school science questions, the easier ones", "ARC-Easy");

    public static EvaluationTask Challenge { get; } = Make("arc_challenge", "school science questions that word statistics answer wrongly", "ARC-Challenge");

    private static EvaluationTask Make(string id, string title, string subset) => new(
        id, title, Paper, 1.0,
        new TaskData(id + "_test", "allenai/ai2_arc", subset, "test"), new TaskData(id + "_train", "allenai/ai2_arc", subset, "train"),
        Read, [TaskMetrics.Accuracy, TaskMetrics.NormalisedAccuracy]);

    private static TaskDocument Read(TaskRow row)
    {
        var (question, answers, labels) = row.HoldsObject("question") ? Original(row.Object("question")) : Hub(row);
        var target = labels.ToList().IndexOf(row.Text("answerKey"));
        return target >= 0 && answers.Count == labels.Count
            ? TaskDocument.Choose($"Question: {question}\nAnswer:", answers, target)
            : throw row.Lacks("answerKey", "one of the labels");
    }

    private static (string Question, IReadOnlyList<string> Answers, IReadOnlyList<string> Labels) Original(TaskRow question)
    {
        var choices = question.Objects("choices");
        return (question.Text("stem"), [.. choices.Select(c => c.Text("text"))], [.. choices.Select(c => c.Text("label"))]);
    }

    private static (string Question, IReadOnlyList<string> Answers, IReadOnlyList<string> Labels) Hub(TaskRow row)
    {
        var choices = row.Object("choices");
        return (row.Text("question"), choices.Texts("text"), choices.Texts("label"));
    }
}
