using System.Text.Json.Nodes;

namespace Prunus.Tokenizers;

/// <summary>
/// A byte-pair tokenizer with fewer tokens. Kept are: what a text uses; every added token; the alphabet (bytes, or all single characters where there are no bytes), so
/// that every text can still be written; and what merging passes through on the way to a kept token. A merge stays if both parts and the result do.
/// Then a text whose tokens all stay is encoded as before: at each step the whole table's best merge is one that stayed, so it is the best of the smaller table too.
/// </summary>
public sealed class VocabularyCut
{
    private readonly IReadOnlyDictionary<string, byte[]> _files;
    private readonly JsonObject _json;
    private readonly Dictionary<string, int> _ids;
    private readonly Tokenizer _tokenizer;

    /// <param name="files">Files that travel with a checkpoint, by name.</param>
    /// <param name="subject">Where they come from, for messages.</param>
    /// <exception cref="PrunusInputException">There is no tokenizer.json with a BPE model.</exception>
    public VocabularyCut(IReadOnlyDictionary<string, byte[]> files, string subject)
    {
        _files = files;
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
        var (tokens, merges) = (_ids.ToDictionary(t => t.Value, t => t.Key), new MergeRanks(_json["model"]!["merges"]!.AsArray()));
        foreach (var id in kept.ToArray())
        {
            if (tokens.TryGetValue(id, out var token))
            {
                kept.UnionWith(merges.Passed(token).Where(_ids.ContainsKey).Select(t => _ids[t]));
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

        return new RenumberedTokenizer(_files, map).Files(_json, _ids);
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
}
