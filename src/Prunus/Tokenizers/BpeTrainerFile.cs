using System.Text.Encodings.Web;
using System.Text.Json;

namespace Prunus.Tokenizers;

/// <summary>Writes a trained byte-level BPE as Hugging Face's tokenizer.json.</summary>
internal static class BpeTrainerFile
{
    public static byte[] Write(IReadOnlyList<string> specialTokens, List<string> tokens, List<(int Left, int Right)> merges)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("version", "1.0");
            json.WriteNull("truncation");
            json.WriteNull("padding");
            WriteAdded(json, specialTokens);
            json.WriteNull("normalizer");
            json.WritePropertyName("pre_tokenizer");
            json.WriteRawValue("""{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}]}""");
            json.WriteNull("post_processor");
            json.WritePropertyName("decoder");
            json.WriteRawValue("""{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""");
            WriteModel(json, tokens, merges);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteAdded(Utf8JsonWriter json, IReadOnlyList<string> specialTokens)
    {
        json.WriteStartArray("added_tokens");
        for (var id = 0; id < specialTokens.Count; id++)
        {
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteString("content", specialTokens[id]);
            foreach (var name in new[] { "single_word", "lstrip", "rstrip", "normalized" })
            {
                json.WriteBoolean(name, false);
            }

            json.WriteBoolean("special", true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteModel(Utf8JsonWriter json, List<string> tokens, List<(int Left, int Right)> merges)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        foreach (var name in new[] { "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix" })
        {
            json.WriteNull(name);
        }

        foreach (var name in new[] { "fuse_unk", "byte_fallback", "ignore_merges" })
        {
            json.WriteBoolean(name, false);
        }

        json.WriteStartObject("vocab");
        for (var id = 0; id < tokens.Count; id++)
        {
            json.WriteNumber(tokens[id], id);
        }

        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach (var (left, right) in merges)
        {
            json.WriteStringValue(tokens[left] + " " + tokens[right]);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
