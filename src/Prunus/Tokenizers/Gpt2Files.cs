using System.Text;

namespace Prunus.Tokenizers;

/// <summary>
/// Reads GPT-2's form: a vocabulary object and a list of merges, one a line. Byte-level, GPT-2's pattern; &lt;|endoftext|&gt; and the
/// tokens that the settings name are special; nothing is added around a text unless <c>add_bos_token</c> asks for it (OPT).
/// </summary>
internal static class Gpt2Files
{
    private const string EndOfText = "<|endoftext|>";

    public static TokenizerParts Read(JsonInput vocabularyFile, byte[] mergesFile, string mergesName, TokenizerSettings settings)
    {
        var vocabulary = BpeVocabulary.Read(vocabularyFile);
        var byteIds = vocabulary.ByteIds();
        if (byteIds.All(id => id < 0) || vocabulary.Ids.ContainsKey("a</w>"))
        {
            throw vocabularyFile.Unsupported("a vocabulary that is not byte-level");
        }

        var merges = ReadMerges(mergesFile, mergesName);
        var table = vocabulary.ReadMerges(
            merges, (rank, problem) => new PrunusInputException(mergesName, $"{problem} (merge {rank})", "use vocabulary and merges of one model"), out _);
        var added = settings.Tokens().Append(EndOfText).Distinct(StringComparer.Ordinal)
            .Where(vocabulary.Ids.ContainsKey).Select(token => new SpecialToken(vocabulary.Ids[token], token))
            .Concat(settings.AddedTokens().Where(token => !vocabulary.Tokens.ContainsKey(token.Id)))
            .OrderBy(token => token.Id).ToList();
        var tokens = new Dictionary<int, string>(vocabulary.Tokens);
        foreach (var token in added)
        {
            tokens[token.Id] = token.Content;
        }

        int? IdOf(string token) => vocabulary.Ids.TryGetValue(token, out var id) ? id : added.Find(t => t.Content == token)?.Id;
        var bos = settings.Bos(IdOf) ?? IdOf(EndOfText);
        var eos = settings.Eos(IdOf);
        PreTokenizer words = new ScannerPreTokenizer(PatternScanners.Gpt2);
        return new TokenizerParts
        {
            Model = new BpeModel(new ByteSymbols(byteIds, null, false), table),
            Tokens = tokens,
            Added = added,
            PreTokenizer = settings.Flag("add_prefix_space") is true ? new PrefixSpacePreTokenizer(words) : words,
            Prefix = settings.Flag("add_bos_token") is true && bos is { } id ? [id] : [],
            Decoder = [() => new ByteLevelStep()],
            BosId = bos,
            EosIds = eos.Count > 0 ? eos : IdOf(EndOfText) is { } end ? [end] : [],
        };
    }

    private static List<(string Left, string Right)> ReadMerges(byte[] file, string name)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(file);
        }
        catch (DecoderFallbackException cause)
        {
            throw new PrunusInputException(name, "is not UTF-8", "get the file again from its publisher", cause);
        }

        var merges = new List<(string, string)>();
        var line = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            line++;
            var merge = text.AsSpan()[range].TrimEnd('\r');
            if (merge.IsEmpty || (line == 1 && merge.StartsWith("#version", StringComparison.Ordinal)))
            {
                continue;
            }

            var blank = merge.IndexOf(' ');
            if (blank <= 0 || blank == merge.Length - 1 || merge[(blank + 1)..].Contains(' '))
            {
                throw new PrunusInputException(name, $"line {line} is no pair of tokens", "get the file again from its publisher");
            }

            merges.Add((merge[..blank].ToString(), merge[(blank + 1)..].ToString()));
        }

        return merges;
    }
}
