using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Prunus.Checkpoints.Gguf;

/// <summary>The parts of tokenizer.json around a BPE model.</summary>
internal sealed record TokenizerParts(JsonObject? Normalizer, JsonObject? PreTokenizer, JsonObject? PostProcessor, JsonObject Decoder);

/// <summary>Settings of the BPE model itself.</summary>
internal sealed record BpeSettings(string? UnknownToken = null, bool FuseUnknown = false, bool ByteFallback = false, bool IgnoreMerges = false);

/// <summary>Writes tokenizer.json: version, added tokens, parts, BPE model.</summary>
internal static class TokenizerJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(GgufTokens tokens, TokenizerParts parts, BpeSettings settings, IReadOnlyList<(string Left, string Right)> merges)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("version", "1.0");
            json.WriteNull("truncation");
            json.WriteNull("padding");
            json.WriteStartArray("added_tokens");
            for (var id = 0; id < tokens.Texts.Length; id++)
            {
                if (IsAdded(tokens.Kinds[id]))
                {
                    Added(tokens, id, withId: true).WriteTo(json);
                }
            }

            json.WriteEndArray();
            Part(json, "normalizer", parts.Normalizer);
            Part(json, "pre_tokenizer", parts.PreTokenizer);
            Part(json, "post_processor", parts.PostProcessor);
            Part(json, "decoder", parts.Decoder);
            Model(json, tokens, settings, merges);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static bool IsAdded(GgufTokenKind kind) => kind is GgufTokenKind.Control or GgufTokenKind.UserDefined or GgufTokenKind.Unknown;

    /// <summary>An added token as tokenizer.json (with its id) and tokenizer_config.json (without) write it.</summary>
    public static JsonObject Added(GgufTokens tokens, int id, bool withId)
    {
        var token = new JsonObject();
        if (withId)
        {
            token["id"] = id;
        }

        token["content"] = tokens.Texts[id];
        foreach (var flag in new[] { "single_word", "lstrip", "rstrip", "normalized" })
        {
            token[flag] = false;
        }

        token["special"] = tokens.Kinds[id] != GgufTokenKind.UserDefined;
        return token;
    }

    private static void Part(Utf8JsonWriter json, string name, JsonObject? part)
    {
        json.WritePropertyName(name);
        if (part is null)
        {
            json.WriteNullValue();
        }
        else
        {
            part.WriteTo(json);
        }
    }

    private static void Model(Utf8JsonWriter json, GgufTokens tokens, BpeSettings settings, IReadOnlyList<(string Left, string Right)> merges)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        json.WriteString("unk_token", settings.UnknownToken);
        json.WriteNull("continuing_subword_prefix");
        json.WriteNull("end_of_word_suffix");
        json.WriteBoolean("fuse_unk", settings.FuseUnknown);
        json.WriteBoolean("byte_fallback", settings.ByteFallback);
        json.WriteBoolean("ignore_merges", settings.IgnoreMerges);
        json.WriteStartObject("vocab");
        for (var id = 0; id < tokens.Texts.Length; id++)
        {
            // Rows without a token are named [PAD…] by the converter; no tokenizer has them.
            if (tokens.Kinds[id] != GgufTokenKind.Unused || settings.ByteFallback)
            {
                json.WriteNumber(tokens.Texts[id], id);
            }
        }

        json.WriteEndObject();
        Merges(json, merges);
        json.WriteEndObject();
    }

    // "a b" is read by every version of tokenizers; parts with blanks need the newer pairs.
    private static void Merges(Utf8JsonWriter json, IReadOnlyList<(string Left, string Right)> merges)
    {
        var asPairs = merges.Any(m => m.Left.Contains(' ', StringComparison.Ordinal) || m.Right.Contains(' ', StringComparison.Ordinal));
        json.WriteStartArray("merges");
        foreach (var (left, right) in merges)
        {
            if (asPairs)
            {
                json.WriteStartArray();
                json.WriteStringValue(left);
                json.WriteStringValue(right);
                json.WriteEndArray();
            }
            else
            {
                json.WriteStringValue($"{left} {right}");
            }
        }

        json.WriteEndArray();
    }
}
