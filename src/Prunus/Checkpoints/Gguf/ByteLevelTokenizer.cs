using System.Text.Json.Nodes;

namespace Prunus.Checkpoints.Gguf;

/// <summary>GGUF's <c>gpt2</c> tokenizer (byte-level BPE with stored merges) as tokenizer.json.</summary>
internal static class ByteLevelTokenizer
{
    private const string Merges = "tokenizer.ggml.merges";

    public static byte[] Write(GgufMetadata metadata, GgufTokens tokens)
    {
        var pre = GgufPreTokenizer.Find(metadata);
        var template = GgufTokenizer.Template(
            tokens, GgufTokenizer.Added(metadata, tokens, "bos", pre.AddsBos), GgufTokenizer.Added(metadata, tokens, "eos", false));
        var parts = new TokenizerParts(pre.Nfc ? new JsonObject { ["type"] = "NFC" } : null, pre.ToJson(), template, new JsonObject
        {
            ["type"] = "ByteLevel", ["add_prefix_space"] = true, ["trim_offsets"] = true, ["use_regex"] = true,
        });
        return TokenizerJson.Write(tokens, parts, new BpeSettings(IgnoreMerges: pre.IgnoreMerges), ReadMerges(metadata));
    }

    private static List<(string Left, string Right)> ReadMerges(GgufMetadata metadata)
    {
        var merges = new List<(string, string)>();
        foreach (var merge in metadata.Strings(Merges) ?? throw metadata.Fault(Merges, "is missing", "get a complete file"))
        {
            var blank = merge.Length == 0 ? -1 : merge.IndexOf(' ', 1);
            if (blank < 0 || blank == merge.Length - 1 || merge.IndexOf(' ', blank + 1) >= 0)
            {
                throw metadata.Fault(Merges, $"has entry {merges.Count} '{merge}', which is no pair", "get the file again");
            }

            merges.Add((merge[..blank], merge[(blank + 1)..]));
        }

        return merges;
    }
}
