using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Prunus.Checkpoints.Gguf;

/// <summary>The files beside tokenizer.json: special tokens, chat template, ids that end generation.</summary>
internal static class GgufTokenizerConfig
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(GgufMetadata metadata, GgufTokens tokens, Dictionary<string, byte[]> files)
    {
        var added = new JsonObject();
        foreach (var id in Enumerable.Range(0, tokens.Texts.Length).Where(i => TokenizerJson.IsAdded(tokens.Kinds[i])))
        {
            added[id.ToString(CultureInfo.InvariantCulture)] = TokenizerJson.Added(tokens, id, withId: false);
        }

        var config = new JsonObject { ["added_tokens_decoder"] = added, ["clean_up_tokenization_spaces"] = false };
        var map = new JsonObject();
        foreach (var (name, id) in tokens.Special)
        {
            config[name] = tokens.Texts[id];
            map[name] = tokens.Texts[id];
        }

        if (metadata.String("tokenizer.chat_template") is { } template)
        {
            config["chat_template"] = template;
        }

        config["model_max_length"] = metadata.OptionalInt(metadata.Own("context_length"));
        // The class that takes tokenizer.json as it is; those of the families rebuild the splitting and lose steps of it.
        config["tokenizer_class"] = "PreTrainedTokenizerFast";
        files["tokenizer_config.json"] = Bytes(config);
        files["special_tokens_map.json"] = Bytes(map);

        var generation = new JsonObject { ["_from_model_config"] = true };
        foreach (var name in new[] { "bos_token", "eos_token", "pad_token" })
        {
            if (tokens.Special.TryGetValue(name, out var id))
            {
                generation[name + "_id"] = id;
            }
        }

        files["generation_config.json"] = Bytes(generation);
    }

    private static byte[] Bytes(JsonObject json) => JsonSerializer.SerializeToUtf8Bytes(json, Readable);
}
