using Prunus.Tokenizers;

namespace Prunus.Evaluation.Tasks;

/// <summary>An option as the model sees it.</summary>
/// <param name="Context">Text before it, examples included.</param>
/// <param name="Continuation">Text that is scored.</param>
/// <param name="ContextIds">Tokens of the context.</param>
/// <param name="ContinuationIds">Tokens that are scored.</param>
public sealed record QuestionOption(string Context, string Continuation, int[] ContextIds, int[] ContinuationIds);

/// <summary>An item put into words and tokens.</summary>
/// <param name="Index">Place among the items.</param>
/// <param name="Item">The item.</param>
/// <param name="Examples">Items of the pool that stand before it.</param>
/// <param name="Options">Its options.</param>
public sealed record TaskQuestion(int Index, TaskItem Item, IReadOnlyList<int> Examples, IReadOnlyList<QuestionOption> Options)
{
    /// <summary>Puts the first items of a task into words and tokens.</summary>
    /// <exception cref="PrunusInputException">The pool of examples is too small, or a continuation has no token of its own.</exception>
    public static IReadOnlyList<TaskQuestion> All(TaskSet set, Tokenizer tokenizer, TaskOptions options)
    {
        var count = Math.Min(set.Items.Count, options.Limit ?? int.MaxValue);
        return [.. set.Examples(options.Shots, count).Select((examples, i) => Ask(set, i, examples, tokenizer, options.AddSpecial))];
    }

    private static TaskQuestion Ask(TaskSet set, int index, IReadOnlyList<int> examples, Tokenizer tokenizer, bool addSpecial)
    {
        var item = set.Items[index];
        var before = string.Concat(examples.Select(i => set.Pool[i].Document.Example + "\n\n"));
        var known = new Dictionary<string, int[]>(StringComparer.Ordinal);
        return new TaskQuestion(index, item, examples, [.. item.Document.Options.Select(o => Encoded(before + o.Context, o.Continuation))]);

        QuestionOption Encoded(string context, string continuation)
        {
            var (ids, n) = Encode(context, continuation);
            return ids.Length > n
                ? new QuestionOption(context, continuation, ids[..n], ids[n..])
                : throw new PrunusInputException($"{set.Name} (line {item.Line + 1})", "has an answer without a token of its own", "correct or remove the line");
        }

        // Context and continuation are one text to the tokenizer, white space between them belongs to the continuation; the border is where the context alone ends.
        (int[] Ids, int Border) Encode(string context, string continuation)
        {
            var bare = context.TrimEnd();
            if (bare.Length == 0)
            {
                return ([Prefix(), .. tokenizer.Encode(context + continuation, parseSpecial: true, addSpecial: false)], 1);
            }

            var whole = tokenizer.Encode(context + continuation, parseSpecial: true, addSpecial);
            if (!known.TryGetValue(bare, out var alone))
            {
                known[bare] = alone = tokenizer.Encode(bare, parseSpecial: true, addSpecial);
            }

            // Where tokens run across the border, the context keeps its own tokens and the continuation gets those from the same place on.
            return ([.. alone, .. whole.Skip(alone.Length)], alone.Length);
        }

        int Prefix() => tokenizer.BosId ?? tokenizer.EosId
            ?? throw new PrunusInputException($"{set.Name} (line {item.Line + 1})", "has an empty context, and the tokenizer no token to begin a text with", "correct or remove the line");
    }
}
