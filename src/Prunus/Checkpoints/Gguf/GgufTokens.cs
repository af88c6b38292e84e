using System.Globalization;

namespace Prunus.Checkpoints.Gguf;

/// <summary>What a token of a GGUF vocabulary is, by its number in the file.</summary>
internal enum GgufTokenKind
{
    Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6,
}

/// <summary>The vocabulary of a GGUF file, checked: no token twice, kinds and special ids within it.</summary>
internal sealed class GgufTokens
{
    // Longer tokens are no language; finding their merges would take time in the square of their length.
    private const int LongestToken = 4096;

    public GgufTokens(GgufMetadata metadata, long rows)
    {
        Texts = metadata.Strings("tokenizer.ggml.tokens") ?? throw metadata.Fault("tokenizer.ggml.tokens", "is missing", "get a complete file");
        if (Texts.Length != rows)
        {
            throw metadata.Fault("tokenizer.ggml.tokens", $"has {Texts.Length} entries, the embedding {rows} rows", "get the file again");
        }

        for (var id = 0; id < Texts.Length; id++)
        {
            if (Texts[id].Length is 0 or > LongestToken || !Ids.TryAdd(Texts[id], id))
            {
                throw metadata.Fault("tokenizer.ggml.tokens", $"has token {id} twice, empty or of more than {LongestToken} characters", "get the file again");
            }
        }

        Special = new[] { ("bos_token", "bos"), ("eos_token", "eos"), ("unk_token", "unknown"), ("pad_token", "padding") }
            .Select(s => (s.Item1, Id: metadata.OptionalInt($"tokenizer.ggml.{s.Item2}_token_id", most: uint.MaxValue)))
            .Where(s => s.Id is { } id && id < Texts.Length)
            .ToDictionary(s => s.Item1, s => (int)s.Id!.Value, StringComparer.Ordinal);
        Kinds = ReadKinds(metadata);
    }

    /// <summary>Text by id.</summary>
    public string[] Texts { get; }

    /// <summary>Kind by id.</summary>
    public GgufTokenKind[] Kinds { get; }

    /// <summary>Id by text.</summary>
    public Dictionary<string, int> Ids { get; } = new(StringComparer.Ordinal);

    /// <summary>Ids of bos_token, eos_token, unk_token, pad_token: those that the file names.</summary>
    public IReadOnlyDictionary<string, int> Special { get; }

    private GgufTokenKind[] ReadKinds(GgufMetadata metadata)
    {
        if (metadata.PerLayer("tokenizer.ggml.token_type", Texts.Length) is { } kinds)
        {
            return kinds.FirstOrDefault(k => k > 6) is var unknown and > 0
                ? throw metadata.Fault("tokenizer.ggml.token_type", $"holds the kind {unknown}", "get the file again")
                : Array.ConvertAll(kinds, k => (GgufTokenKind)k);
        }

        // Old files name no kinds: the special ids and the byte pieces tell themselves.
        var special = Special.Values.ToHashSet();
        return [.. Texts.Select((text, id) => special.Contains(id) ? GgufTokenKind.Control : IsByte(text) ? GgufTokenKind.Byte : GgufTokenKind.Normal)];
    }

    private static bool IsByte(string text) => text is ['<', '0', 'x', _, _, '>']
        && byte.TryParse(text.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);
}
