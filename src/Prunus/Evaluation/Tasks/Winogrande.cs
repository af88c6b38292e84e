namespace Prunus.Evaluation.Tasks;

/// <summary>
/// Whom a pronoun stands for: <c>sentence</c> with one <c>_</c>, <c>option1</c>, <c>option2</c>, <c>answer</c> ("1" or "2"). Either option is put into the gap, and the rest
/// of the sentence is scored.
/// </summary>
internal static class Winogrande
{
    public static EvaluationTask Task { get; } = new(
        "winogrande", "whom a pronoun stands for, of two", "Sakaguchi et al. 2019, arXiv 1907.10641", 1.0,
        new TaskData("winogrande_val", "allenai/winogrande", "winogrande_xl", "validation"), new TaskData("winogrande_train", "allenai/winogrande", "winogrande_xl", "train"),
        Read, [TaskMetrics.Accuracy])
    {
        ExamplesLeaveItemOut = true,
    };

    private static TaskDocument Read(TaskRow row)
    {
        var sentence = row.Text("sentence");
        var gap = sentence.IndexOf('_', StringComparison.Ordinal);
        if (gap < 0)
        {
            throw row.Lacks("sentence", "a text with the gap '_'");
        }

        var target = row.Text("answer") switch { "1" => 0, "2" => 1, _ => throw row.Lacks("answer", "\"1\" or \"2\"") };
        var rest = " " + sentence[(gap + 1)..].Trim();
        TaskOption[] options = [.. new[] { "option1", "option2" }.Select(o => sentence[..gap] + row.Text(o)).Select(begun => new TaskOption(begun, rest, rest))];
        return new TaskDocument(options, target, options[target].Context + rest);
    }
}
