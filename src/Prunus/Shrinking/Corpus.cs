using Prunus.Datasets;
using Prunus.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Shrinking;

/// <summary>Tokenised texts: sources to train on, tokens to evaluate on.</summary>
public sealed class Corpus
{
    private readonly IReadOnlyList<(TokenSource Tokens, double Weight)> _sources;

    private Corpus(IReadOnlyList<(TokenSource, double)> sources, int[] heldOut)
    {
        _sources = sources;
        HeldOut = heldOut;
    }

    /// <summary>Tokens to evaluate on, in none of the sources.</summary>
    public int[] HeldOut { get; }

    /// <summary>Tokens of all sources.</summary>
    public long TokenCount => _sources.Sum(s => (long)s.Tokens.Ids.Length);

    /// <exception cref="PrunusInputException">A text cannot be read, or the first is too short to hold some out.</exception>
    public static Corpus Read(CorpusOptions options, Tokenizer tokenizer)
    {
        var (first, rest) = (options.Texts[0], options.Texts.Skip(1));
        var text = TextFile.ReadAll(first.Path);
        var evaluation = options.HeldOutText is { } path ? TextFile.ReadAll(path) : null;
        if (evaluation is null)
        {
            (text, evaluation) = Split(first.Path, text, options.HeldOutShare);
        }

        (TokenSource, double)[] sources =
        [
            (TokenSource.FromText(Name(first), text, tokenizer), first.Weight),
            .. rest.Select(t => (TokenSource.FromFile(t.Path, tokenizer), t.Weight)),
        ];
        var heldOut = tokenizer.Encode(evaluation, parseSpecial: true, addSpecial: false);
        return heldOut.Length >= 2 ? new Corpus(sources, heldOut)
            : throw new PrunusInputException(options.HeldOutText ?? first.Path, $"gives {heldOut.Length} tokens to evaluate on", "give a longer text");
    }

    /// <summary>Batches to train on, a pure function of seed and step.</summary>
    /// <exception cref="PrunusInputException">A text is shorter than one block, or the batch has fewer slots than there are texts.</exception>
    public PackedBlocks Blocks(int batchSize, int blockLength, long seed) =>
        new(MixtureSource.ByWeight(_sources, batchSize), blockLength, unchecked((ulong)seed));

    /// <summary>Refuses tokens that are no rows of a model's embedding.</summary>
    /// <param name="vocabulary">Rows of the embedding.</param>
    /// <param name="subject">The model.</param>
    /// <exception cref="PrunusInputException">A token is outside the vocabulary.</exception>
    public void CheckVocabulary(int vocabulary, string subject)
    {
        if (_sources.Select(s => s.Tokens.Ids).Append(HeldOut).Where(ids => ids.Length > 0).Max(ids => ids.Max()) is var largest && largest >= vocabulary)
        {
            throw new PrunusInputException(subject, $"has a vocabulary of {vocabulary}, its tokenizer gives token {largest}", "use the tokenizer that belongs to the model");
        }
    }

    /// <summary>The first <paramref name="sequences"/> blocks of each source in turn, as calibration batches [1..batch, length].</summary>
    public IEnumerable<Tensor> Calibration(int sequences, int length, int batch)
    {
        var rows = new List<long[]>();
        for (var block = 0; rows.Count < sequences && _sources.Any(s => s.Tokens.Ids.Length >= (block + 1L) * length); block++)
        {
            rows.AddRange(_sources.Where(s => s.Tokens.Ids.Length >= (block + 1L) * length)
                .Select(s => s.Tokens.Ids.AsSpan(block * length, length).ToArray().Select(i => (long)i).ToArray()));
        }

        if (rows.Count == 0)
        {
            throw new PrunusInputException(_sources[0].Tokens.Name, $"is shorter than one calibration sequence of {length} tokens", "give a longer text or a smaller --block");
        }

        foreach (var part in rows.Take(sequences).Chunk(batch))
        {
            using var ids = tensor(part.SelectMany(r => r).ToArray(), [part.Length, length]);
            yield return ids;
        }
    }

    private static (string Training, string Evaluation) Split(string path, string text, double share)
    {
        try
        {
            return Datasets.HeldOut.SplitShare(text, share);
        }
        catch (PrunusInputException e)
        {
            throw new PrunusInputException(path, "is too short to hold some of it out", "give a longer text, or name another one to evaluate on", e);
        }
    }

    private static string Name(TextWeight text) => Path.GetFileName(text.Path);
}
