using System.Text.Json.Nodes;
using Prunus.Tests.Tokenizers;
using Prunus.Tokenizers;

namespace Prunus.Tests.Checkpoints.Gguf;

/// <summary>Known tokenizers put into GGUF metadata and taken out again: the ids of their goldens.</summary>
public sealed class GgufTokenizerGoldenTests
{
    [Fact]
    public void Llama2_pieces_and_scores_give_the_published_form()
    {
        var path = SharedFiles.Path("data", "tokenizers", "llama2_tokenizer.model");
        var pieces = SentencePieceModel.Parse(File.ReadAllBytes(path), path).Pieces;
        var tokenizer = Through(builder => builder.Add("tokenizer.ggml.model", "llama")
            .Add("tokenizer.ggml.tokens", pieces.Select(p => p.Text).ToArray())
            .Add("tokenizer.ggml.scores", pieces.Select(p => p.Score).ToArray())
            .Add("tokenizer.ggml.token_type", pieces.Select(p => (int)p.Kind).ToArray())
            .Add("tokenizer.ggml.bos_token_id", 1u).Add("tokenizer.ggml.eos_token_id", 2u).Add("tokenizer.ggml.unknown_token_id", 0u), pieces.Count);
        GoldenLines.CheckEncodings(tokenizer, SharedFiles.Path("goldens", "tokenizers", "llama2_hf_legacy.jsonl"));
        GoldenLines.CheckDecodings(tokenizer, SharedFiles.Path("goldens", "tokenizers", "llama2_hf_legacy_decode.jsonl"));
        Assert.Equal([1, 15043], tokenizer.Encode("Hello", parseSpecial: false, addSpecial: true));
    }

    [Theory]
    [InlineData("llama3_form", "llama-bpe")]
    [InlineData("qwen2_form", "qwen2")]
    public void Byte_level_forms_are_found_by_name(string form, string pre)
    {
        var json = JsonNode.Parse(File.ReadAllText(SharedFiles.Path("goldens", "tokenizers", "forms", form + ".tokenizer.json")))!;
        var tokens = new SortedDictionary<int, (string Text, int Kind)>();
        foreach (var (text, id) in json["model"]!["vocab"]!.AsObject())
        {
            tokens[id!.GetValue<int>()] = (text, 1);
        }

        foreach (var added in json["added_tokens"]!.AsArray())
        {
            tokens[added!["id"]!.GetValue<int>()] = (added["content"]!.GetValue<string>(), added["special"]!.GetValue<bool>() ? 3 : 4);
        }

        Assert.Equal(Enumerable.Range(0, tokens.Count), tokens.Keys);
        var tokenizer = Through(builder => builder.Add("tokenizer.ggml.model", "gpt2").Add("tokenizer.ggml.pre", pre)
            .Add("tokenizer.ggml.tokens", tokens.Values.Select(t => t.Text).ToArray())
            .Add("tokenizer.ggml.token_type", tokens.Values.Select(t => t.Kind).ToArray())
            .Add("tokenizer.ggml.merges", json["model"]!["merges"]!.AsArray().Select(m => $"{m![0]} {m[1]}").ToArray())
            .Add("tokenizer.ggml.bos_token_id", 703u), tokens.Count);
        GoldenLines.CheckEncodings(tokenizer, SharedFiles.Path("goldens", "tokenizers", "forms", form + ".jsonl"));
    }

    private static Tokenizer Through(Action<GgufBuilder> add, int rows)
    {
        var builder = new GgufBuilder().Add("general.architecture", "llama").Add("llama.context_length", 64u).Add("llama.embedding_length", 1u)
            .Add("llama.attention.layer_norm_rms_epsilon", 1e-5f).Add("llama.attention.key_length", 2u).Add("llama.block_count", 1u)
            .Add("llama.attention.head_count", 1u).Add("llama.feed_forward_length", 1u).Tensor("token_embd.weight", [rows, 1], new float[rows]);
        add(builder);
        using var checkpoint = GgufCheckpointTests.Open(builder.Build());
        return Tokenizer.FromFiles(checkpoint.CarriedFiles, "m.gguf");
    }
}
