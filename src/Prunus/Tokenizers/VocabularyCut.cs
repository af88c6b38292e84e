using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Prunus.Tokenizers;

/// <summary>
/// A byte-pair tokenizer with fewer tokens. Kept are: what a text uses; every added token; the alphabet (bytes, or all single characters where there are no bytes), so
/// that every text can still be written; and what merging passes through on the way to a kept token. A merge stays if both parts and the result do.
/// Then a text whose tokens all stay is encoded as before: at each step the whole table's best merge is one that stayed, so it is the best of the smaller table too.
/// </summary>
public sealed class VocabularyCut
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Other spellings of the vocabulary: tokenizer.json is what loaders prefer, and these would contradict it.
    private static readonly string[] Stale = ["vocab.json", "encoder.json", "merges.txt", "vocab.bpe", "added_tokens.json", "tokenizer.model"];

    private readonly IReadOnlyDictionary<string, byte[]> _files;
    private readonly string _subject;
    private readonly JsonObject _json;
    private readonly Dictionary<string, int> _ids;
    private readonly Tokenizer _tokenizer;

    /// <param name="files">Files that travel with a checkpoint, by name.</param>
    /// <param name="subject">Where they come from, for messages.</param>
    /// <exception cref="PrunusInputException">There is no tokenizer.json with a BPE model.</exception>
    public VocabularyCut(IReadOnlyDictionary<string, byte[]> files, string subject)
    {
        (_files, _subject) = (files, subject);
        _tokenizer = Tokenizer.FromFiles(files, subject);
        if (!files.TryGetValue("tokenizer.json", out var bytes))
        {
            throw new PrunusInputException(subject, "has no tokenizer.json; the vocabulary of other forms (SentencePiece .model, vocab.json) is not cut", "convert the tokenizer to tokenizer.json");
        }

        _json = (JsonObject)JsonNode.Parse(bytes)!;
        _ids = _json["model"]!["vocab"]!.AsObject().ToDictionary(t => t.Key, t => t.Value!.GetValue<int>(), StringComparer.Ordinal);
    }

    /// <summary>Ids to keep for a text, ascending.</summary>
    /// <param name="text">The text; special tokens in it are parsed.</param>
    /// <param name="named">Ids that the model's configuration names (bos, eos, pad), where it has them.</param>
    public IReadOnlyList<int> Choose(string text, IEnumerable<int> named)
    {
        var kept = new HashSet<int>(_tokenizer.Encode(text, parseSpecial: true, addSpecial: true));
        kept.UnionWith(Required());
        kept.UnionWith(named);
        var (tokens, ranks) = (_ids.ToDictionary(t => t.Value, t => t.Key), Ranks());
        foreach (var id in kept.ToArray())
        {
            if (tokens.TryGetValue(id, out var token))
            {
                kept.UnionWith(Passed(token, ranks).Where(_ids.ContainsKey).Select(t => _ids[t]));
            }
        }

        return [.. kept.Order()];
    }

    /// <summary>The files with new ids: a token's is its place in <paramref name="kept"/>.</summary>
    /// <exception cref="PrunusInputException">An added token or a token of the alphabet is not kept.</exception>
    public IReadOnlyDictionary<string, byte[]> Files(IReadOnlyList<int> kept)
    {
        var map = kept.Select((id, i) => (id, i)).ToDictionary(k => k.id, k => k.i);
        if (Required().Where(id => !map.ContainsKey(id)).ToArray() is { Length: > 0 } lost)
        {
            throw new PrunusInputException(
                "vocab", $"loses {lost.Length} tokens that must stay, the first is id {lost[0]} ('{_tokenizer.Decode([lost[0]])}')", "keep all added tokens and the alphabet, or choose with --vocab-text");
        }

        var json = (JsonObject)_json.DeepClone();
        var model = json["model"]!.AsObject();
        model["vocab"] = new JsonObject(_ids.Where(t => map.ContainsKey(t.Value)).OrderBy(t => map[t.Value]).Select(t => KeyValuePair.Create(t.Key, (JsonNode?)map[t.Value])));
        model["merges"] = new JsonArray([.. _json["model"]!["merges"]!.AsArray().Where(m => Stays(Pair(m!))).Select(m => m!.DeepClone())]);
        foreach (var token in json["added_tokens"]?.AsArray() ?? [])
        {
            token!["id"] = map[token["id"]!.GetValue<int>()];
        }

        Renumber(json["post_processor"], map);
        if (json["padding"] is JsonObject padding && padding["pad_id"] is JsonValue pad)
        {
            padding["pad_id"] = map.GetValueOrDefault(pad.GetValue<int>());
        }

        var files = _files.Where(f => !Stale.Contains(f.Key)).ToDictionary(f => f.Key, f => f.Value);
        files["tokenizer.json"] = Bytes(json);
        if (Parsed("tokenizer_config.json") is { } settings && settings["added_tokens_decoder"] is JsonObject added)
        {
            settings["added_tokens_decoder"] = new JsonObject(added.Where(a => map.ContainsKey(int.Parse(a.Key, System.Globalization.CultureInfo.InvariantCulture))).Select(a => KeyValuePair.Create($"{map[int.Parse(a.Key, System.Globalization.CultureInfo.InvariantCulture)]}", a.Value?.DeepClone())));
            files["tokenizer_config.json"] = Bytes(settings);
        }

        if (Parsed("generation_config.json") is { } generation)
        {
            RenumberIds(generation, map);
            files["generation_config.json"] = Bytes(generation);
        }

        return files;

        bool Stays((string Left, string Right) merge) => Has(merge.Left) && Has(merge.Right) && Has(merge.Left + merge.Right);

        bool Has(string token) => _ids.TryGetValue(token, out var id) && map.ContainsKey(id);
    }

    /// <summary>All ids under keys such as <c>eos_token_id</c>.</summary>
    public static IEnumerable<int> NamedIds(JsonObject config) => config.Where(k => k.Key.EndsWith("_token_id", StringComparison.Ordinal)).SelectMany(k => k.Value switch
    {
        JsonArray list => list.OfType<JsonValue>(),
        JsonValue one => [one],
        _ => Array.Empty<JsonValue>(),
    }).Select(v => v.TryGetValue(out int id) ? id : -1).Where(id => id >= 0);

    /// <summary>Gives ids under keys such as <c>eos_token_id</c> their new numbers; one that goes becomes null.</summary>
    public static void RenumberIds(JsonObject config, IReadOnlyDictionary<int, int> map)
    {
        foreach (var key in config.Select(k => k.Key).Where(k => k.EndsWith("_token_id", StringComparison.Ordinal)).ToArray())
        {
            config[key] = config[key] switch
            {
                JsonArray list => new JsonArray([.. list.OfType<JsonValue>().Select(New).OfType<JsonNode>()]),
                JsonValue one => New(one),
                _ => null,
            };
        }

        JsonNode? New(JsonValue value) => value.TryGetValue(out int id) && map.TryGetValue(id, out var at) ? at : null;
    }

    // Added tokens and the alphabet: 256 bytes in either spelling where all are there, else every single character.
    private IEnumerable<int> Required()
    {
        var byteLevel = AllOf(b => ByteAlphabet.Character(b).ToString());
        var fallback = AllOf(b => $"<0x{b:X2}>");
        var alphabet = byteLevel ?? fallback ?? _ids.Where(t => t.Key.EnumerateRunes().Count() == 1).Select(t => t.Value);
        var unknown = _json["model"]!["unk_token"]?.GetValue<string>() is { } name && _ids.TryGetValue(name, out var id) ? new[] { id } : [];
        return _tokenizer.SpecialTokens.Select(t => t.Id).Concat(alphabet).Concat(unknown).Distinct();

        IEnumerable<int>? AllOf(Func<byte, string> spell)
        {
            int[] found = [.. Enumerable.Range(0, 256).Select(b => _ids.GetValueOrDefault(spell((byte)b), -1))];
            return found.Contains(-1) ? null : found;
        }
    }

    private Dictionary<(string Left, string Right), int> Ranks()
    {
        var ranks = new Dictionary<(string, string), int>();
        foreach (var merge in _json["model"]!["merges"]!.AsArray())
        {
            ranks.TryAdd(Pair(merge!), ranks.Count);
        }

        return ranks;
    }

    // What merging a token's own characters passes through; in a text nothing else happens inside the token, since no merge crosses its ends.
    private static List<string> Passed(string token, Dictionary<(string Left, string Right), int> ranks)
    {
        List<string> parts = [.. token.EnumerateRunes().Select(r => r.ToString())];
        var passed = new List<string>(parts);
        while (true)
        {
            var (best, at) = (int.MaxValue, -1);
            for (var i = 0; i + 1 < parts.Count; i++)
            {
                if (ranks.TryGetValue((parts[i], parts[i + 1]), out var rank) && rank < best)
                {
                    (best, at) = (rank, i);
                }
            }

            if (at < 0)
            {
                return passed;
            }

            parts[at] += parts[at + 1];
            parts.RemoveAt(at + 1);
            passed.Add(parts[at]);
        }
    }

    private static (string Left, string Right) Pair(JsonNode merge)
    {
        string[] parts = merge is JsonArray pair ? [.. pair.Select(p => p!.GetValue<string>())] : merge.GetValue<string>().Split(' ');
        return (parts[0], parts[1]);
    }

    // Templates hold {"id":"<s>","ids":[1]}; older processors hold ["<s>",1].
    private static void Renumber(JsonNode? node, IReadOnlyDictionary<int, int> map)
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
                    Renumber(child, map);
                }

                break;
            case JsonArray { Count: 2 } named when named[0] is JsonValue first && named[1] is JsonValue second && first.TryGetValue(out string? _) && second.TryGetValue(out int id):
                named[1] = map[id];
                break;
            case JsonArray list:
                foreach (var child in list)
                {
                    Renumber(child, map);
                }

                break;
        }
    }

    private JsonObject? Parsed(string name) => _files.TryGetValue(name, out var bytes) ? JsonNode.Parse(bytes) as JsonObject : null;

    private static byte[] Bytes(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString(Readable) + "\n");
}
