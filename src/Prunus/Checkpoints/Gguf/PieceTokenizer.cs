using System.Text.Json.Nodes;

namespace Prunus.Checkpoints.Gguf;

/// <summary>GGUF's <c>llama</c> tokenizer (SentencePiece BPE with scores) as tokenizer.json in the form that Llama 2 was published in.</summary>
internal static class PieceTokenizer
{
    private const string Scores = "tokenizer.ggml.scores";
    private const string Blank = "▁";

    public static byte[] Write(GgufMetadata metadata, GgufTokens tokens)
    {
        var scores = metadata.Floats(Scores);
        if (scores?.Length != tokens.Texts.Length || scores.Any(float.IsNaN))
        {
            throw metadata.Fault(Scores, $"has not one number for each of {tokens.Texts.Length} tokens", "get the file again");
        }

        var prefix = metadata.Bool("tokenizer.ggml.add_space_prefix") ?? true;
        var template = GgufTokenizer.Template(
            tokens, GgufTokenizer.Added(metadata, tokens, "bos", true), GgufTokenizer.Added(metadata, tokens, "eos", false));
        var unknown = Array.IndexOf(tokens.Kinds, GgufTokenKind.Unknown);
        var unknownText = unknown >= 0 ? tokens.Texts[unknown] : tokens.Special.TryGetValue("unk_token", out var id) ? tokens.Texts[id] : null;
        var settings = new BpeSettings(unknownText, FuseUnknown: true, ByteFallback: true);
        return TokenizerJson.Write(tokens, new TokenizerParts(Normalizer(prefix), null, template, Decoder(prefix)), settings, [.. PieceMerges.Derive(tokens, scores)]);
    }

    private static JsonObject Normalizer(bool prefix)
    {
        var replace = Replace(" ", Blank);
        return prefix
            ? new JsonObject { ["type"] = "Sequence", ["normalizers"] = new JsonArray(new JsonObject { ["type"] = "Prepend", ["prepend"] = Blank }, replace) }
            : replace;
    }

    private static JsonObject Decoder(bool prefix)
    {
        var steps = new JsonArray(Replace(Blank, " "), new JsonObject { ["type"] = "ByteFallback" }, new JsonObject { ["type"] = "Fuse" });
        if (prefix)
        {
            steps.Add((JsonNode)new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 });
        }

        return new JsonObject { ["type"] = "Sequence", ["decoders"] = steps };
    }

    private static JsonObject Replace(string what, string with) =>
        new() { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = what }, ["content"] = with };
}
