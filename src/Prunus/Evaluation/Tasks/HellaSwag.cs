using System.Text.RegularExpressions;

namespace Prunus.Evaluation.Tasks;

/// <summary>
/// The likeliest end of a description, four of which three were made by a model: <c>activity_label</c>, <c>ctx_a</c> and <c>ctx_b</c> (or <c>ctx</c> alone, cut after its last
/// sentence), <c>endings</c>, <c>label</c> (0 to 3).
/// </summary>
internal static partial class HellaSwag
{
    private static readonly string[] SentenceEnds = [". ", "! ", "? "];

    public static EvaluationTask Task { get; } = new(
        "hellaswag", "the likeliest end of a description, of four", "Zellers et al. 2019, arXiv 1905.07830", 1.0,
        new TaskData("hellaswag_val", "Rowan/hellaswag", null, "validation"), new TaskData("hellaswag_train", "Rowan/hellaswag", null, "train"),
        Read, [TaskMetrics.Accuracy, TaskMetrics.NormalisedAccuracy])
    {
        ExamplesLeaveItemOut = true,
    };

    private static TaskDocument Read(TaskRow row)
    {
        var (known, begun) = row.Has("ctx_a") ? (row.Text("ctx_a"), row.Has("ctx_b") ? row.Text("ctx_b") : "") : Cut(row.Text("ctx"));
        var endings = row.Texts("endings");
        return TaskDocument.Choose(
            Clean($"{row.Text("activity_label")}: {known} {Capitalised(begun)}"), [.. endings.Select(Clean)], row.Index("label", endings.Count));
    }

    /// <summary>Whole sentences, and the one that is only begun.</summary>
    internal static (string Known, string Begun) Cut(string text)
    {
        var end = SentenceEnds.Max(mark => text.LastIndexOf(mark, StringComparison.Ordinal));
        return text is [.., '.' or '!' or '?'] || end < 0 ? (text, "") : (text[..(end + 1)], text[(end + 2)..]);
    }

    /// <summary>Takes the marks of the how-to site out that part of the texts come from.</summary>
    internal static string Clean(string text) =>
        Bracketed().Replace(text.Trim().Replace(" [title]", ". ", StringComparison.Ordinal), "").Replace("  ", " ", StringComparison.Ordinal);

    // As Python's capitalize(): all but the first letter becomes small.
    private static string Capitalised(string text) => text.Length == 0 ? text : text[..1].ToUpperInvariant() + text[1..].ToLowerInvariant();

    [GeneratedRegex(@"\[.*?\]", RegexOptions.CultureInvariant)]
    private static partial Regex Bracketed();
}
