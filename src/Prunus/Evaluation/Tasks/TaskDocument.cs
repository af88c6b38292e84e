namespace Prunus.Evaluation.Tasks;

/// <summary>One possible answer.</summary>
/// <param name="Context">What the model is given, without few-shot examples.</param>
/// <param name="Continuation">What is scored, with the blank before it.</param>
/// <param name="Answer">The answer as it counts for length normalisation.</param>
public sealed record TaskOption(string Context, string Continuation, string Answer);

/// <summary>What an item asks.</summary>
/// <param name="Options">Possible answers; one where only a likelihood is asked for.</param>
/// <param name="Target">The right option.</param>
/// <param name="Example">The item with its right answer, as it stands before another one as a few-shot example.</param>
public sealed record TaskDocument(IReadOnlyList<TaskOption> Options, int Target, string Example)
{
    /// <summary>A question and answers to choose from.</summary>
    public static TaskDocument Choose(string question, IReadOnlyList<string> answers, int target) =>
        new([.. answers.Select(answer => new TaskOption(question, " " + answer, answer))], target, $"{question} {answers[target]}");

    /// <summary>A text and the continuation that is wanted, with the blank before it. (Its example has two blanks: the harness adds its own.)</summary>
    public static TaskDocument Continue(string text, string continuation) => new([new TaskOption(text, continuation, continuation)], 0, $"{text} {continuation}");
}
