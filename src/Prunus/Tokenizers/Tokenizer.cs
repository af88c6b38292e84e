namespace Prunus.Tokenizers;

/// <summary>
/// Text to token ids and back: byte-level and SentencePiece byte-pair encodings, from a Hugging Face tokenizer.json, a SentencePiece
/// .model, or GPT-2's vocabulary and merges. Safe for concurrent use.
/// </summary>
public sealed class Tokenizer
{
    private readonly TokenizerParts _parts;
    private readonly AddedTokenMatcher _raw;
    private readonly AddedTokenMatcher? _normalized;
    private readonly HashSet<int> _specialIds;
    private readonly Lazy<Dictionary<string, int>> _ids;

    internal Tokenizer(TokenizerParts parts)
    {
        _parts = parts;
        _raw = new(parts.Added.Where(t => !t.Normalized).Select(t => (t.Content, t)));
        var normalize = parts.NormalizeAdded ? parts.Normalizer : null;
        var normalized = parts.Added.Where(t => t.Normalized).Select(t => (normalize?.Invoke(t.Content) ?? t.Content, t)).ToList();
        _normalized = normalized.Count > 0 ? new(normalized) : null;
        _specialIds = [.. parts.Added.Where(t => t.IsSpecial).Select(t => t.Id)];
        VocabularySize = parts.Tokens.Count == 0 ? 0 : parts.Tokens.Keys.Max() + 1;
        _ids = new(() =>
        {
            var ids = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var (id, token) in parts.Tokens.OrderBy(t => t.Key))
            {
                ids.TryAdd(token, id);
            }

            return ids;
        });
    }

    /// <summary>Highest token id plus one. A model's own vocabulary may be larger (padding).</summary>
    public int VocabularySize { get; }

    /// <summary>The token that begins a text, where the files name one.</summary>
    public int? BosId => _parts.BosId;

    /// <summary>The token that ends a text, where the files name one.</summary>
    public int? EosId => _parts.EosIds.Count > 0 ? _parts.EosIds[0] : null;

    /// <summary>All ids that end a generation: <see cref="EosId"/> and those of generation_config.json.</summary>
    public IReadOnlyList<int> EosIds => _parts.EosIds;

    /// <summary>Added tokens, special or not, by id.</summary>
    public IReadOnlyList<SpecialToken> SpecialTokens => _parts.Added;

    /// <summary>
    /// Loads a checkpoint folder (tokenizer.json, else tokenizer.model, else vocabulary + merges), a tokenizer.json, a SentencePiece
    /// .model, or a folder with vocab.json | encoder.json and merges.txt | vocab.bpe (also named gpt2_…).
    /// </summary>
    /// <exception cref="PrunusInputException">There is none, it is broken, or it asks for what is not supported.</exception>
    public static Tokenizer Load(string path) => TokenizerFiles.Load(path);

    /// <summary>Builds a tokenizer from files that travel with a checkpoint.</summary>
    /// <param name="carriedFiles">Contents by file name; those that are no tokenizer files are left alone.</param>
    /// <param name="subject">Where they come from, for messages.</param>
    /// <exception cref="PrunusInputException">There is none, it is broken, or it asks for what is not supported.</exception>
    public static Tokenizer FromFiles(IReadOnlyDictionary<string, byte[]> carriedFiles, string subject) =>
        TokenizerFiles.Build(carriedFiles, subject);

    /// <summary>Token ids of a text.</summary>
    /// <param name="text">Any text; a lone surrogate counts as U+FFFD.</param>
    /// <param name="parseSpecial">Text that spells a special token becomes that token; else it is ordinary text.</param>
    /// <param name="addSpecial">Adds what the file's template puts around a text (bos, eos).</param>
    public int[] Encode(string text, bool parseSpecial, bool addSpecial)
    {
        var ids = new List<int>(text.Length / 3 + 16);
        if (addSpecial)
        {
            ids.AddRange(_parts.Prefix);
        }

        using (var session = _parts.Model.Open())
        {
            foreach (var segment in _raw.Split(text, parseSpecial))
            {
                if (segment.Token is { } token)
                {
                    ids.Add(token.Id);
                }
                else
                {
                    EncodeOrdinary(session, text, segment, parseSpecial, ids);
                }
            }
        }

        if (addSpecial)
        {
            ids.AddRange(_parts.Suffix);
        }

        return [.. ids];
    }

    /// <summary>Text of token ids; ids of no token are passed over.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecial">Leaves special tokens out.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = false)
    {
        var decoder = new IncrementalDecoder(this, skipSpecial);
        foreach (var id in ids)
        {
            decoder.Feed(id);
        }

        return decoder.Finish();
    }

    /// <summary>The token of an id as the vocabulary spells it, or null.</summary>
    public string? TokenText(int id) => _parts.Tokens.GetValueOrDefault(id);

    /// <summary>The id of a token as the vocabulary spells it, or null.</summary>
    public int? TokenId(string token) => _ids.Value.TryGetValue(token, out var id) ? id : null;

    internal bool IsSpecial(int id) => _specialIds.Contains(id);

    internal IEnumerable<DecodeStep> NewDecoder() => _parts.Decoder.Select(make => make());

    private void EncodeOrdinary(BpeModel.Session session, string text, TextSegment segment, bool parseSpecial, List<int> ids)
    {
        var whole = segment.Start == 0 && segment.End == text.Length ? text : text[segment.Start..segment.End];
        var normal = _parts.Normalizer?.Invoke(whole) ?? whole;
        if (_normalized is null)
        {
            EncodePieces(session, normal, segment.Start == 0, ids);
            return;
        }

        foreach (var inner in _normalized.Split(normal, parseSpecial))
        {
            if (inner.Token is { } token)
            {
                ids.Add(token.Id);
            }
            else
            {
                EncodePieces(session, normal.AsSpan(inner.Start, inner.End - inner.Start), segment.Start == 0 && inner.Start == 0, ids);
            }
        }
    }

    private void EncodePieces(BpeModel.Session session, ReadOnlySpan<char> text, bool atTextStart, List<int> ids)
    {
        if (text.IsEmpty)
        {
            return;
        }

        if (_parts.PreTokenizer is null)
        {
            session.Encode(text, ids);
        }
        else
        {
            _parts.PreTokenizer.Split(text, atTextStart, (piece, _) => session.Encode(piece, ids));
        }
    }
}
