using System.Text;
using System.Text.Json.Nodes;

namespace Prunus.Tests.Checkpoints.Gguf;

public sealed class GgufTokenizerTests
{
    private static GgufBuilder Pieces() => GgufCheckpointTests.Complete()
        .Add("tokenizer.ggml.model", "llama")
        .Add("tokenizer.ggml.bos_token_id", 1u).Add("tokenizer.ggml.unknown_token_id", 0u);

    private static JsonNode Tokenizer(GgufBuilder builder, string[] tokens, params (string Key, object Value)[] further)
    {
        builder.Add("tokenizer.ggml.tokens", tokens);
        foreach (var (key, value) in further)
        {
            builder.Add("tokenizer.ggml." + key, value);
        }

        using var checkpoint = GgufCheckpointTests.Open(builder.Build());
        return JsonNode.Parse(Encoding.UTF8.GetString(checkpoint.CarriedFiles["tokenizer.json"]))!;
    }

    [Fact]
    public void A_sentencepiece_vocabulary_becomes_the_form_of_llama2()
    {
        // Four rows of embedding, so four tokens: two letters, their pair.
        var json = Tokenizer(Pieces(), ["<unk>", "a", "b", "ab"], ("scores", new[] { 0f, -2f, -3f, -1f }), ("token_type", new[] { 2, 1, 1, 1 }));
        Assert.Equal("""["a b"]""", json["model"]!["merges"]!.ToJsonString());
        Assert.Equal("<unk>", json["model"]!["unk_token"]!.GetValue<string>());
        Assert.True(json["model"]!["byte_fallback"]!.GetValue<bool>());
        Assert.True(json["model"]!["fuse_unk"]!.GetValue<bool>());
        Assert.Equal("Prepend", json["normalizer"]!["normalizers"]![0]!["type"]!.GetValue<string>());
        Assert.Equal("Strip", json["decoder"]!["decoders"]![3]!["type"]!.GetValue<string>());
        Assert.Equal("TemplateProcessing", json["post_processor"]!["type"]!.GetValue<string>());
        Assert.Single(json["added_tokens"]!.AsArray());
    }

    [Fact]
    public void Without_space_prefix_nothing_is_prepended()
    {
        var json = Tokenizer(Pieces(), ["<unk>", "a", "b", "ab"], ("scores", new float[4]), ("token_type", new[] { 2, 1, 1, 1 }), ("add_space_prefix", false));
        Assert.Equal("Replace", json["normalizer"]!["type"]!.GetValue<string>());
        Assert.Equal(3, json["decoder"]!["decoders"]!.AsArray().Count);
    }

    [Fact]
    public void Merges_of_pieces_go_by_score_then_left_then_right_length()
    {
        string[] tokens = ["a", "aa", "aaa", "aaaa"];
        var json = Tokenizer(Pieces(), tokens, ("scores", new[] { -4f, -3f, -2f, -1f }), ("token_type", new[] { 1, 1, 1, 1 }));
        Assert.Equal(["aaa a", "aa aa", "a aaa", "aa a", "a aa", "a a"], json["model"]!["merges"]!.AsArray().Select(m => m!.GetValue<string>()));
    }

    [Theory]
    [InlineData("llama-bpe", true)]
    [InlineData("qwen2", false)]
    [InlineData("gpt-2", false)]
    [InlineData("default", false)]
    public void Ways_to_split_are_known_by_name(string pre, bool ignoreMerges)
    {
        var json = Tokenizer(
            GgufCheckpointTests.Complete().Add("tokenizer.ggml.model", "gpt2").Add("tokenizer.ggml.pre", pre), ["a", "b", "ab", "<s>"],
            ("merges", new[] { "a b" }), ("token_type", new[] { 1, 1, 1, 4 }), ("bos_token_id", 3u));
        Assert.Equal(ignoreMerges, json["model"]!["ignore_merges"]!.GetValue<bool>());
        Assert.Equal(ignoreMerges, json["post_processor"] is not null);
        Assert.False(json["added_tokens"]![0]!["special"]!.GetValue<bool>());
        Assert.Equal(pre == "qwen2", json["normalizer"] is not null);
    }

    [Theory]
    [InlineData("gpt2", "pre", "unheard-of", "unheard-of")]
    [InlineData("bert", "pre", "gpt-2", "bert")]
    [InlineData("gpt2", "merges", "ab", "merges")]
    [InlineData("gpt2", "merges", "a b c", "merges")]
    [InlineData("llama", "scores", 1f, "scores")]
    [InlineData("gpt2", "token_type", 9, "token_type")]
    [InlineData("gpt2", "tokens", "a", "tokens")]
    public void What_cannot_be_read_is_named(string model, string key, object value, string named)
    {
        var builder = GgufCheckpointTests.Complete().Add("tokenizer.ggml.model", model);
        foreach (var (name, usual) in new (string, object)[] { ("tokens", new[] { "a", "b", "ab", "c" }), ("merges", new[] { "a b" }), ("pre", "gpt-2") })
        {
            _ = name == key ? builder : builder.Add("tokenizer.ggml." + name, usual);
        }

        builder.Add("tokenizer.ggml." + key, key == "pre" ? value : (object)(value switch
        {
            string text => (object)new[] { text },
            int number => new[] { number, number, number, number },
            _ => new[] { (float)value },
        }));
        using var checkpoint = GgufCheckpointTests.Open(builder.Build());
        Assert.Contains(named, Assert.Throws<PrunusInputException>(() => checkpoint.CarriedFiles).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_that_is_there_twice_is_refused() => Assert.Throws<PrunusInputException>(() => Tokenizer(
        GgufCheckpointTests.Complete().Add("tokenizer.ggml.model", "gpt2").Add("tokenizer.ggml.pre", "gpt-2"), ["a", "b", "a", "c"], ("merges", Array.Empty<string>())));
}
