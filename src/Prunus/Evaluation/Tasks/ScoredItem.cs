namespace Prunus.Evaluation.Tasks;

/// <summary>What a model says of an option.</summary>
/// <param name="Value">Sum of the log-probabilities of the continuation's tokens, nats.</param>
/// <param name="IsGreedy">Whether each of them is the likeliest.</param>
/// <param name="Truncated">Tokens of the context that were cut off on the left.</param>
public readonly record struct Likelihood(double Value, bool IsGreedy, int Truncated);

/// <summary>An option and its likelihood.</summary>
public sealed record ScoredOption(TaskOption Text, QuestionOption Asked, Likelihood Likelihood)
{
    /// <summary>Code points of the answer.</summary>
    public int Characters => Text.Answer.EnumerateRunes().Count();
}

/// <summary>An item and what the model makes of it.</summary>
public sealed record ScoredItem(TaskQuestion Question, IReadOnlyList<ScoredOption> Options)
{
    public int Target => Question.Item.Document.Target;

    /// <summary>The likeliest option, the first of equal ones.</summary>
    public int Predicted => Best(o => o.Likelihood.Value);

    /// <summary>The option of the largest log-likelihood per character, the first of equal ones.</summary>
    public int PredictedByCharacter => Best(o => o.Likelihood.Value / o.Characters);

    private int Best(Func<ScoredOption, double> of)
    {
        var best = 0;
        for (var i = 1; i < Options.Count; i++)
        {
            best = of(Options[i]) > of(Options[best]) ? i : best;
        }

        return best;
    }
}
