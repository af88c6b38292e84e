using System.Text.Json.Nodes;
using Prunus.Tokenizers;

namespace Prunus.Tests.Tokenizers;

public class SentencePieceGoldenTests
{
    [Fact]
    public void Llama2_Encodes() =>
        GoldenLines.CheckEncodings(Llama2(), SharedFiles.Path("goldens", "tokenizers", "llama2_sentencepiece.jsonl"));

    [Fact]
    public void Llama2_Decodes() =>
        GoldenLines.CheckDecodings(Llama2(), SharedFiles.Path("goldens", "tokenizers", "llama2_sentencepiece_decode.jsonl"));

    [Fact]
    public void Llama2_AddsBosOnRequest()
    {
        var tokenizer = Llama2();
        Assert.Equal((32000, 1, 2), (tokenizer.VocabularySize, tokenizer.BosId, tokenizer.EosId));
        Assert.Equal([1, 15043], tokenizer.Encode("Hello", parseSpecial: false, addSpecial: true));
    }

    [Fact]
    public void Llama2_HuggingFaceLegacyForm_Encodes() =>
        GoldenLines.CheckEncodings(HuggingFaceForm(legacy: true), SharedFiles.Path("goldens", "tokenizers", "llama2_hf_legacy.jsonl"));

    [Fact]
    public void Llama2_HuggingFaceLegacyForm_Decodes() =>
        GoldenLines.CheckDecodings(HuggingFaceForm(legacy: true), SharedFiles.Path("goldens", "tokenizers", "llama2_hf_legacy_decode.jsonl"));

    [Fact]
    public void Llama2_HuggingFaceMetaspaceForm_Encodes() =>
        GoldenLines.CheckEncodings(HuggingFaceForm(legacy: false), SharedFiles.Path("goldens", "tokenizers", "llama2_hf_metaspace.jsonl"));

    [Fact]
    public void Model_CutShort_IsRefused()
    {
        var file = File.ReadAllBytes(SharedFiles.Path("data", "tokenizers", "llama2_tokenizer.model"));
        foreach (var length in new[] { 0, 1, 5, 100_001, file.Length - 1 })
        {
            var files = new Dictionary<string, byte[]> { ["tokenizer.model"] = file[..length] };
            var refused = Assert.Throws<PrunusInputException>(() => Tokenizer.FromFiles(files, "x"));
            Assert.Contains("tokenizer.model", refused.Message, StringComparison.Ordinal);
        }
    }

    private static Tokenizer Llama2() => Tokenizer.Load(SharedFiles.Path("data", "tokenizers", "llama2_tokenizer.model"));

    /// <summary>The tokenizer.json that the model's pieces give, with all splits of every piece as merges.</summary>
    private static Tokenizer HuggingFaceForm(bool legacy)
    {
        var path = SharedFiles.Path("data", "tokenizers", "llama2_tokenizer.model");
        var pieces = SentencePieceModel.Parse(File.ReadAllBytes(path), path).Pieces;
        var ids = pieces.Select((piece, id) => (piece.Text, id)).ToDictionary(p => p.Text, p => p.id);
        var merges = pieces.Where(piece => piece.Kind == PieceKind.Normal)
            .SelectMany(piece => Enumerable.Range(1, piece.Text.Length - 1)
                .Select(cut => (Left: piece.Text[..cut], Right: piece.Text[cut..], piece.Score))
                .Where(pair => ids.ContainsKey(pair.Left) && ids.ContainsKey(pair.Right)))
            .OrderByDescending(pair => pair.Score).ThenByDescending(pair => pair.Left.Length).ThenByDescending(pair => pair.Right.Length);
        JsonNode Step(string json) => JsonNode.Parse(json)!;
        var file = new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray([.. new[] { "<unk>", "<s>", "</s>" }.Select((content, id) =>
                (JsonNode)new JsonObject { ["id"] = id, ["content"] = content, ["special"] = true, ["normalized"] = false })]),
            ["normalizer"] = legacy
                ? Step("""{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""")
                : null,
            ["pre_tokenizer"] = legacy ? null : Step("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}"""),
            ["decoder"] = Step("""
                {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},
                 {"type":"Strip","content":" ","start":1,"stop":0}]}
                """),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["unk_token"] = "<unk>",
                ["fuse_unk"] = true,
                ["byte_fallback"] = true,
                ["vocab"] = new JsonObject(ids.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value))),
                ["merges"] = new JsonArray([.. merges.Select(pair => (JsonNode)new JsonArray(pair.Left, pair.Right))]),
            },
        };
        var bytes = System.Text.Encoding.UTF8.GetBytes(file.ToJsonString());
        return Tokenizer.FromFiles(new Dictionary<string, byte[]> { ["tokenizer.json"] = bytes }, "llama2");
    }
}
