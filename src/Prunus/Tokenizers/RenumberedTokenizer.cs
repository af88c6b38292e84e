using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Prunus.Tokenizers;

/// <summary>The files of a tokenizer rewritten for a smaller vocabulary: every place that holds a token id gets the new one.</summary>
/// <param name="files">The donor's files, by name.</param>
/// <param name="map">New id by old id, for the tokens that stay.</param>
internal sealed class RenumberedTokenizer(IReadOnlyDictionary<string, byte[]> files, IReadOnlyDictionary<int, int> map)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Other spellings of the vocabulary: tokenizer.json is what loaders prefer, and these would contradict it.
    private static readonly string[] Stale = ["vocab.json", "encoder.json", "merges.txt", "vocab.bpe", "added_tokens.json", "tokenizer.model"];

    /// <summary>All files: those that hold ids rewritten, other spellings of the vocabulary left out, the rest as they were.</summary>
    /// <param name="tokenizer">The donor's tokenizer.json.</param>
    /// <param name="ids">Its vocabulary: old id by token.</param>
    public IReadOnlyDictionary<string, byte[]> Files(JsonObject tokenizer, IReadOnlyDictionary<string, int> ids)
    {
        var rewritten = files.Where(f => !Stale.Contains(f.Key)).ToDictionary(f => f.Key, f => f.Value);
        rewritten["tokenizer.json"] = Bytes(Renumbered(tokenizer, ids));
        if (Parsed("tokenizer_config.json") is { } settings && settings["added_tokens_decoder"] is JsonObject added)
        {
            settings["added_tokens_decoder"] = new JsonObject(
                added.Where(a => map.ContainsKey(Id(a.Key))).Select(a => KeyValuePair.Create($"{map[Id(a.Key)]}", a.Value?.DeepClone())));
            rewritten["tokenizer_config.json"] = Bytes(settings);
        }

        if (Parsed("generation_config.json") is { } generation)
        {
            VocabularyCut.RenumberIds(generation, map);
            rewritten["generation_config.json"] = Bytes(generation);
        }

        return rewritten;

        static int Id(string key) => int.Parse(key, CultureInfo.InvariantCulture);
    }

    private JsonObject Renumbered(JsonObject donor, IReadOnlyDictionary<string, int> ids)
    {
        var json = (JsonObject)donor.DeepClone();
        var model = json["model"]!.AsObject();
        model["vocab"] = new JsonObject(ids.Where(t => map.ContainsKey(t.Value)).OrderBy(t => map[t.Value]).Select(t => KeyValuePair.Create(t.Key, (JsonNode?)map[t.Value])));
        model["merges"] = MergeRanks.Within(donor["model"]!["merges"]!.AsArray(), token => ids.TryGetValue(token, out var id) && map.ContainsKey(id));
        foreach (var token in json["added_tokens"]?.AsArray() ?? [])
        {
            token!["id"] = map[token["id"]!.GetValue<int>()];
        }

        Renumber(json["post_processor"]);
        if (json["padding"] is JsonObject padding && padding["pad_id"] is JsonValue pad)
        {
            padding["pad_id"] = map.GetValueOrDefault(pad.GetValue<int>());
        }

        return json;
    }

    // Templates hold {"id":"<s>","ids":[1]}; older processors hold ["<s>",1].
    private void Renumber(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject template:
                if (template["ids"] is JsonArray ids)
                {
                    template["ids"] = new JsonArray([.. ids.Select(id => (JsonNode)map[id!.GetValue<int>()])]);
                }

                foreach (var child in template.Select(c => c.Value).ToArray())
                {
                    Renumber(child);
                }

                break;
            case JsonArray { Count: 2 } named when named[0] is JsonValue first && named[1] is JsonValue second && first.TryGetValue(out string? _) && second.TryGetValue(out int id):
                named[1] = map[id];
                break;
            case JsonArray list:
                foreach (var child in list)
                {
                    Renumber(child);
                }

                break;
        }
    }

    private JsonObject? Parsed(string name) => files.TryGetValue(name, out var bytes) ? JsonNode.Parse(bytes) as JsonObject : null;

    private static byte[] Bytes(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString(Readable) + "\n");
}
