namespace Prunus.Tokenizers;

/// <summary>
/// Makes a tokenizer of a SentencePiece BPE model. Control pieces and the unknown piece are special tokens; bos is the template unless
/// tokenizer_config.json says <c>add_bos_token</c> false, eos only when it says <c>add_eos_token</c>.
/// </summary>
internal static class SentencePieceReader
{
    public static TokenizerParts Read(byte[] file, string name, TokenizerSettings settings)
    {
        var model = SentencePieceModel.Parse(file, name);
        Refuse(model, name);
        var byText = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            if (!byText.TryAdd(model.Pieces[id].Text, id))
            {
                throw new PrunusInputException(name, $"has the piece '{model.Pieces[id].Text}' twice", "get the file again from its publisher");
            }
        }

        var added = Added(model).Concat(settings.AddedTokens().Where(token => token.Id >= model.Pieces.Count)).ToList();
        var tokens = byText.ToDictionary(entry => entry.Value, entry => entry.Key);
        foreach (var token in added)
        {
            tokens[token.Id] = token.Content;
        }

        int? IdOf(string token) => byText.TryGetValue(token, out var id) ? id : added.Find(t => t.Content == token)?.Id;
        int? Control(int id) => id >= 0 && id < model.Pieces.Count && model.Pieces[id].Kind == PieceKind.Control ? id : null;
        var bos = settings.Bos(IdOf) ?? Control(model.BosId);
        var eos = settings.Eos(IdOf) is { Count: > 0 } named ? named : Control(model.EosId) is { } end ? [end] : Array.Empty<int>();
        var silent = model.Pieces.Where(piece => piece.Kind == PieceKind.Control).Select(piece => piece.Text).ToHashSet(StringComparer.Ordinal);
        var unknown = model.Pieces.Find(piece => piece.Kind == PieceKind.Unknown).Text;
        return new TokenizerParts
        {
            Model = SentencePieceMerges.Build(model, name),
            Tokens = tokens,
            Added = added,
            Normalizer = text => Normalize(model, text),
            NormalizeAdded = false,
            Prefix = settings.Flag("add_bos_token") is not false && bos is { } first ? [first] : [],
            Suffix = settings.Flag("add_eos_token") is true && eos.Count > 0 ? [eos[0]] : [],
            Decoder = [() => new SentencePieceStep(model, silent, unknown)],
            BosId = bos,
            EosIds = eos,
        };
    }

    private static void Refuse(SentencePieceModel model, string name)
    {
        var feature = model switch
        {
            { ModelType: 1 } => "a Unigram model",
            { ModelType: not 2 } => $"model type {model.ModelType}",
            { HasCharacterMap: true } => $"the normalization rules '{model.NormalizationName}'",
            { WhitespaceAsSuffix: true } => "white space as suffix",
            _ when model.Pieces.Exists(piece => piece.Kind == PieceKind.Unused) => "unused pieces",
            { RemoveExtraWhitespaces: true } when model.Pieces.Exists(piece => piece.Kind == PieceKind.UserDefined && piece.Text.Contains('▁', StringComparison.Ordinal))
                => "user-defined pieces with blanks together with removal of blanks",
            _ => null,
        };
        if (feature is not null)
        {
            throw new PrunusInputException(name, $"uses {feature}, which is not supported", "use a model with a byte-level or SentencePiece BPE tokenizer");
        }
    }

    private static IEnumerable<SpecialToken> Added(SentencePieceModel model)
    {
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            var (text, _, kind) = model.Pieces[id];
            if (kind is PieceKind.Control or PieceKind.Unknown or PieceKind.UserDefined)
            {
                yield return new SpecialToken(id, text, kind != PieceKind.UserDefined) { Normalized = kind == PieceKind.UserDefined };
            }
        }
    }

    private static string Normalize(SentencePieceModel model, string text)
    {
        if (model.RemoveExtraWhitespaces)
        {
            text = string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        if (text.Length == 0)
        {
            return text;
        }

        text = model.AddDummyPrefix ? " " + text : text;
        var space = model.EscapeWhitespaces ? '▁' : ' ';
        text = text.Replace(' ', space);
        return model.RemoveExtraWhitespaces ? text.TrimEnd(space) : text;
    }
}
