using System.Text.Json.Nodes;

namespace Prunus.Checkpoints.Gguf;

/// <summary>The tokenizer of a GGUF file as the files of a Hugging Face folder.</summary>
internal static class GgufTokenizer
{
    private const string Kind = "tokenizer.ggml.model";

    /// <summary>tokenizer.json, tokenizer_config.json, special_tokens_map.json, generation_config.json; nothing when the file has no tokenizer.</summary>
    /// <param name="metadata">The metadata.</param>
    /// <param name="rows">Rows of the embedding, which the vocabulary must have.</param>
    public static IReadOnlyDictionary<string, byte[]> Files(GgufMetadata metadata, long rows)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (metadata.String(Kind) is not { } kind || kind is "none" or "no_vocab")
        {
            return files;
        }

        var tokens = new GgufTokens(metadata, rows);
        files["tokenizer.json"] = kind switch
        {
            "gpt2" => ByteLevelTokenizer.Write(metadata, tokens),
            "llama" => PieceTokenizer.Write(metadata, tokens),
            _ => throw metadata.Fault(Kind, $"is '{kind}', a tokenizer that is not read", "use the Hugging Face folder of this model"),
        };
        GgufTokenizerConfig.Write(metadata, tokens, files);
        return files;
    }

    /// <summary>Whether encoding adds the token of <c>tokenizer.ggml.add_bos_token</c> or <c>add_eos_token</c>; null when there is none to add.</summary>
    public static string? Added(GgufMetadata metadata, GgufTokens tokens, string which, bool otherwise) =>
        (metadata.Bool($"tokenizer.ggml.add_{which}_token") ?? otherwise) && tokens.Special.TryGetValue(which + "_token", out var id) ? tokens.Texts[id] : null;

    /// <summary>TemplateProcessing that puts the tokens around the text, or null when there are none.</summary>
    public static JsonObject? Template(GgufTokens tokens, string? bos, string? eos)
    {
        if (bos is null && eos is null)
        {
            return null;
        }

        JsonObject Special(string token, int type) => new() { ["SpecialToken"] = new JsonObject { ["id"] = token, ["type_id"] = type } };
        IEnumerable<JsonNode> Part(string sequence, int type)
        {
            if (bos is not null)
            {
                yield return Special(bos, type);
            }

            yield return new JsonObject { ["Sequence"] = new JsonObject { ["id"] = sequence, ["type_id"] = type } };
            if (eos is not null)
            {
                yield return Special(eos, type);
            }
        }

        var specials = new JsonObject();
        foreach (var token in new[] { bos, eos }.OfType<string>().Distinct(StringComparer.Ordinal))
        {
            specials[token] = new JsonObject { ["id"] = token, ["ids"] = new JsonArray(tokens.Ids[token]), ["tokens"] = new JsonArray(token) };
        }

        return new JsonObject
        {
            ["type"] = "TemplateProcessing",
            ["single"] = new JsonArray([.. Part("A", 0)]),
            ["pair"] = new JsonArray([.. Part("A", 0), .. Part("B", 1)]),
            ["special_tokens"] = specials,
        };
    }
}
