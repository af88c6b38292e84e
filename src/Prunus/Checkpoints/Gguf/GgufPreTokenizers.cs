using System.Text.Json.Nodes;

namespace Prunus.Checkpoints.Gguf;

/// <summary>How text is split before byte-level BPE: what a name in <c>tokenizer.ggml.pre</c> stands for.</summary>
/// <param name="Patterns">Regular expressions that split, one after the other; none = GPT-2's own.</param>
/// <param name="Digits">Numbers are split into single digits first.</param>
/// <param name="IgnoreMerges">A piece that is a token is taken whole, whatever the merges say.</param>
/// <param name="AddsBos">Whether a beginning-of-text token is added where the file does not say.</param>
/// <param name="Nfc">Text is brought into Unicode form C first.</param>
internal sealed record GgufPreTokenizer(string[] Patterns, bool Digits = false, bool IgnoreMerges = false, bool AddsBos = false, bool Nfc = false)
{
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Punctuation = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string PunctuationOrSlash = @"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    private const string Llama3 = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + Punctuation;
    private const string Qwen2 = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + Punctuation;
    private const string LowerWord = @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+";
    private const string UpperWord = @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*";

    private static readonly Dictionary<string, GgufPreTokenizer> Known = new(StringComparer.Ordinal)
    {
        ["gpt-2"] = new([]), ["phi-2"] = new([]), ["mpt"] = new([]), ["olmo"] = new([]), ["gigachat"] = new([]),
        ["smollm"] = new([], Digits: true), ["starcoder"] = new([], Digits: true), ["refact"] = new([], Digits: true),
        ["command-r"] = new([], Digits: true), ["codeshell"] = new([], Digits: true), ["exaone"] = new([], Digits: true),
        ["llama-bpe"] = new([Llama3], IgnoreMerges: true, AddsBos: true), ["llama3"] = new([Llama3], IgnoreMerges: true, AddsBos: true),
        ["llama-v3"] = new([Llama3], IgnoreMerges: true, AddsBos: true), ["falcon3"] = new([Llama3], IgnoreMerges: true, AddsBos: true),
        ["dbrx"] = new([Llama3]), ["smaug-bpe"] = new([Llama3]),
        ["qwen2"] = new([Qwen2], Nfc: true), ["deepseek-r1-qwen"] = new([Qwen2]), ["stablelm2"] = new([Qwen2]),
        ["tekken"] = new([$@"{LowerWord}|{UpperWord}|\p{{N}}{PunctuationOrSlash}"], IgnoreMerges: true),
        ["gpt-4o"] = new([$@"{LowerWord}{Contractions}?|{UpperWord}{Contractions}?|\p{{N}}{{1,3}}{PunctuationOrSlash}"]),
        ["default"] = new([@"[\p{P}\$\+<=>\^~\|]+", Gpt2, @"\p{N}+", "[0-9][0-9][0-9]"]),
    };

    /// <exception cref="PrunusInputException">The name is not known.</exception>
    public static GgufPreTokenizer Find(GgufMetadata metadata)
    {
        const string Key = "tokenizer.ggml.pre";
        // Files older than the key: GPT-2 can be told by its architecture, for the rest llama.cpp's default holds.
        var name = metadata.String(Key) ?? (metadata.Architecture == "gpt2" ? "gpt-2" : "default");
        return Known.TryGetValue(name, out var found)
            ? found
            : throw metadata.Fault(Key, $"is '{name}', a way to split text that is not known", "use the Hugging Face folder of this model, or put its tokenizer.json beside the result");
    }

    /// <summary>The <c>pre_tokenizer</c> of tokenizer.json.</summary>
    public JsonObject ToJson()
    {
        var bytes = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = Patterns.Length == 0 };
        JsonNode[] before =
        [
            .. Digits ? [new JsonObject { ["type"] = "Digits", ["individual_digits"] = true }] : Array.Empty<JsonNode>(),
            .. Patterns.Select(p => new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = p }, ["behavior"] = "Isolated", ["invert"] = false }),
        ];
        return before.Length == 0 ? bytes : new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray([.. before, bytes]) };
    }
}
