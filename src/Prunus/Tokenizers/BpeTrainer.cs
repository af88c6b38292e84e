using System.Runtime.InteropServices;

namespace Prunus.Tokenizers;

/// <summary>
/// Trains a byte-level BPE (Sennrich et al. 2016 on bytes, as GPT-2): single digits, GPT-2's pattern, then merge the most frequent pair of
/// neighbours until the vocabulary is full. Deterministic: of equally frequent pairs the one of lower ids comes first.
/// </summary>
public static class BpeTrainer
{
    private static readonly PreTokenizer Words = new SequencePreTokenizer(
    [
        new SplitPreTokenizer(new CodePointPattern(CodePoints.IsNumber), SplitBehavior.Isolated),
        new ScannerPreTokenizer(PatternScanners.Gpt2),
    ]);

    /// <summary>Trains on texts and gives the tokenizer as the bytes of a tokenizer.json.</summary>
    /// <param name="texts">Texts; spelled special tokens in them are cut out first.</param>
    /// <param name="vocabularySize">Tokens in all: the special ones, 256 bytes, then merges. Fewer where the texts give no more pairs.</param>
    /// <param name="specialTokens">Special tokens with ids 0, 1, …; default: &lt;|endoftext|&gt; alone.</param>
    /// <param name="cancellation">Ends the training early with an exception.</param>
    /// <exception cref="PrunusInputException">The size does not hold the special tokens and bytes, or a special token cannot be one.</exception>
    public static byte[] Train(
        IEnumerable<string> texts, int vocabularySize, IReadOnlyList<string>? specialTokens = null, CancellationToken cancellation = default)
    {
        specialTokens ??= ["<|endoftext|>"];
        var bare = specialTokens.Count + 256;
        if (vocabularySize < bare || vocabularySize > 1 << 20)
        {
            throw new PrunusInputException(
                "vocabulary size", $"{vocabularySize} is not from {bare} (special tokens and bytes) to {1 << 20}", "choose another size");
        }

        // One that is spelled like bytes could not be told from a merged token.
        if (specialTokens.Any(token => token.Length < 2 || token.Contains('Ġ', StringComparison.Ordinal)) || specialTokens.Distinct(StringComparer.Ordinal).Count() != specialTokens.Count)
        {
            throw new PrunusInputException("special tokens", "one is shorter than two characters, holds 'Ġ', or is given twice", "use names like <|endoftext|>, each once");
        }

        var (words, counts) = CountWords(texts, specialTokens, cancellation);
        // Byte tokens stand in the order of their characters, as in other tokenizers of this form.
        var byteIds = new int[256];
        var alphabet = Enumerable.Range(0, 256).OrderBy(b => ByteAlphabet.Character((byte)b)).ToArray();
        for (var i = 0; i < 256; i++)
        {
            byteIds[alphabet[i]] = specialTokens.Count + i;
        }

        var symbols = words.ConvertAll(word => Array.ConvertAll(ByteAlphabet.BytesOf(word), b => byteIds[b]));
        var spelled = specialTokens.Concat(alphabet.Select(b => ByteAlphabet.Character((byte)b).ToString())).ToList();
        var merges = new PairMerger(symbols, counts).Run(spelled, vocabularySize, cancellation);
        return BpeTrainerFile.Write(specialTokens, spelled, merges);
    }

    private static (List<string> Words, List<long> Counts) CountWords(
        IEnumerable<string> texts, IReadOnlyList<string> specialTokens, CancellationToken cancellation)
    {
        var specials = new AddedTokenMatcher(specialTokens.Select((token, id) => (token, new SpecialToken(id, token))));
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var text in texts)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var segment in specials.Split(text, parseSpecial: true).Where(segment => segment.Token is null))
            {
                Words.Split(text.AsSpan(segment.Start, segment.End - segment.Start), false, (word, _) => CollectionsMarshal.GetValueRefOrAddDefault(lookup, word, out bool _)++);
            }
        }

        var ordered = counts.Select(entry => (Word: ByteAlphabet.Spell(entry.Key), Count: entry.Value)).OrderBy(entry => entry.Word, StringComparer.Ordinal).ToList();
        return (ordered.ConvertAll(entry => entry.Word), ordered.ConvertAll(entry => entry.Count));
    }
}
