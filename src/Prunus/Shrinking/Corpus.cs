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
        var (first, heldOut) = options.HeldOutText is { } path
            ? (TokenSource.FromFile(options.Texts[0].Path, tokenizer), TokenSource.FromFile(path, tokenizer))
            : Split(options.Texts[0].Path, options.HeldOutShare, tokenizer);
        (TokenSource, double)[] sources = [(first, options.Texts[0].Weight), .. options.Texts.Skip(1).Select(t => (TokenSource.FromFile(t.Path, tokenizer), t.Weight))];
        return heldOut.Ids.Length >= 2 ? new Corpus(sources, heldOut.Ids)
            : throw new PrunusInputException(options.HeldOutText ?? options.Texts[0].Path, $"gives {heldOut.Ids.Length} tokens to evaluate on", "give a longer text");
    }

    /// <summary>Calibration sequences of so many tokens that the sources hold.</summary>
    public long Sequences(int length) => _sources.Sum(s => (long)s.Tokens.Ids.Length / length);

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

    /// <summary>The first <paramref name="sequences"/> blocks of each source in turn, as calibration batches [1..batch, length]; the caller disposes of them.</summary>
    public IReadOnlyList<Tensor> Calibration(int sequences, int length, int batch)
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

        return [.. rows.Take(sequences).Chunk(batch).Select(part => tensor(part.SelectMany(r => r).ToArray(), [part.Length, length]))];
    }

    // Of documents the last ones are held out whole, of a text the end.
    private static (TokenSource Training, TokenSource HeldOut) Split(string path, double share, Tokenizer tokenizer)
    {
        var name = Path.GetFileName(path);
        var documents = TextFile.ReadDocuments(path);
        var heldOut = (int)Math.Ceiling(documents.Count * share);
        if (documents.Count > 1 && heldOut < documents.Count)
        {
            return (TokenSource.FromDocuments(name, documents.SkipLast(heldOut), tokenizer), TokenSource.FromDocuments(name, documents.TakeLast(heldOut), tokenizer));
        }

        try
        {
            var (training, evaluation) = Datasets.HeldOut.SplitShare(documents.Count == 1 ? documents[0] : "", share);
            return (TokenSource.FromText(name, training, tokenizer), TokenSource.FromText(name, evaluation, tokenizer));
        }
        catch (PrunusInputException e)
        {
            throw new PrunusInputException(path, "is too short to hold some of it out", "give a longer text, or name another one to evaluate on", e);
        }
    }
}
