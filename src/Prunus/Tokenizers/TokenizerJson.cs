using System.Text.Json;

namespace Prunus.Tokenizers;

/// <summary>
/// Reads Hugging Face's tokenizer.json with a BPE model. <c>truncation</c> and <c>padding</c> are left alone: texts are encoded whole.
/// </summary>
internal static class TokenizerJson
{
    public static TokenizerParts Read(JsonInput root, TokenizerSettings settings)
    {
        var model = root.Required("model");
        RefuseOtherModels(model);
        var normalizer = NormalizerReader.Read(root.Optional("normalizer"));
        var (preTokenizer, byteLevel) = PreTokenizerReader.Read(root.Optional("pre_tokenizer"));
        var vocabulary = BpeVocabulary.Read(model.Required("vocab"));
        var added = ReadAdded(root.Optional("added_tokens"), vocabulary);
        var tokens = new Dictionary<int, string>(vocabulary.Tokens);
        foreach (var token in added)
        {
            tokens[token.Id] = token.Content;
        }

        var ids = added.ToDictionary(t => t.Content, t => t.Id, StringComparer.Ordinal);
        int? IdOf(string token) => ids.TryGetValue(token, out var id) || vocabulary.Ids.TryGetValue(token, out id) ? id : null;
        var (prefix, suffix) = PostProcessorReader.Read(root.Optional("post_processor"), tokens);
        return new TokenizerParts
        {
            Model = ReadModel(model, vocabulary, byteLevel),
            Tokens = tokens,
            Added = added,
            Normalizer = normalizer,
            PreTokenizer = preTokenizer,
            Prefix = prefix,
            Suffix = suffix,
            Decoder = DecoderReader.Read(root.Optional("decoder")),
            BosId = settings.Bos(IdOf),
            EosIds = settings.Eos(IdOf),
        };
    }

    private static void RefuseOtherModels(JsonInput model)
    {
        var type = model.TextOrNull("type");
        if (type is not (null or "BPE") || (type is null && model.Optional("merges") is null))
        {
            throw model.Unsupported($"a {type ?? "nameless"} model");
        }

        if (model.Optional("dropout") is { IsZero: false })
        {
            throw model.Unsupported("dropout of merges");
        }

        foreach (var name in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
        {
            if (model.TextOrNull(name) is { Length: > 0 })
            {
                throw model.Unsupported($"'{name}'");
            }
        }
    }

    private static BpeModel ReadModel(JsonInput model, BpeVocabulary vocabulary, bool byteLevel)
    {
        var unknown = model.TextOrNull("unk_token") is { Length: > 0 } name
            ? vocabulary.Ids.TryGetValue(name, out var id) ? id : throw model.Bad($"names the unknown token '{name}', which the vocabulary lacks")
            : (int?)null;
        var fuse = model.FlagOr("fuse_unk", false);
        var byteFallback = model.FlagOr("byte_fallback", false);
        if (byteLevel && byteFallback)
        {
            throw model.Unsupported("'byte_fallback' together with ByteLevel");
        }

        var source = model.Required("merges");
        var merges = source.Items().Select(ReadMerge).ToList();
        var table = vocabulary.ReadMerges(merges, (rank, problem) => source.Bad($"{problem} (merge {rank})"), out var joinsWordStart);
        var whole = model.FlagOr("ignore_merges", false);
        SymbolSource symbols = byteLevel
            ? new ByteSymbols(vocabulary.ByteIds(), unknown, fuse)
            : new CharacterSymbols(vocabulary.Ids, byteFallback ? vocabulary.FallbackIds() : null, unknown, fuse);
        return new BpeModel(symbols, table)
        {
            WholePieces = whole ? vocabulary.Ids : null,
            WordStart = !byteLevel && !whole && !joinsWordStart && vocabulary.Ids.ContainsKey("▁") ? '▁' : null,
        };
    }

    private static (string Left, string Right) ReadMerge(JsonInput merge)
    {
        string[] parts = merge.Kind == JsonValueKind.String ? merge.Text.Split(' ') : [.. merge.Items().Select(part => part.Text)];
        return parts is [var left, var right] ? (left, right) : throw merge.Bad("is no pair of tokens");
    }

    private static List<SpecialToken> ReadAdded(JsonInput? source, BpeVocabulary vocabulary)
    {
        var added = new List<SpecialToken>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var ids = new HashSet<int>();
        foreach (var item in source?.Items() ?? [])
        {
            var token = new SpecialToken(item.Required("id").Id, item.Required("content").Text, item.FlagOr("special", false))
            {
                Normalized = item.FlagOr("normalized", false),
                LeftStrip = item.FlagOr("lstrip", false),
                RightStrip = item.FlagOr("rstrip", false),
                SingleWord = item.FlagOr("single_word", false),
            };
            if (token.Content.Length == 0)
            {
                throw item.Bad("is an added token without text");
            }

            if (!seen.Add(token.Content) || !ids.Add(token.Id)
                || (vocabulary.Ids.TryGetValue(token.Content, out var id) && id != token.Id)
                || (vocabulary.Tokens.TryGetValue(token.Id, out var content) && content != token.Content))
            {
                throw item.Bad($"gives the added token '{token.Content}' or its id {token.Id} twice");
            }

            added.Add(token);
        }

        return [.. added.OrderBy(token => token.Id)];
    }
}
