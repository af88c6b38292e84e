using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Checkpoints.Gguf;
using Prunus.Decoders;

namespace Prunus.Tests.Checkpoints.Gguf;

public sealed class GgufCheckpointTests
{
    internal static GgufCheckpoint Open(byte[] bytes) => new(GgufFile.Open(new FileBytes("m.gguf", bytes)));

    [Theory]
    [InlineData("llama")]
    [InlineData("llama-tied-headdim")]
    [InlineData("llama-bias")]
    [InlineData("llama3-rope")]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    [InlineData("phi3")]
    [InlineData("gpt2")]
    [InlineData("gemma2")]
    [InlineData("gemma3")]
    public void A_model_converted_as_llama_cpp_does_reads_back_the_same(string name)
    {
        using var donor = Checkpoint.Open(SharedFiles.Path("goldens", "decoders", name));
        using var read = Open(GgufFromHuggingFace.Convert(donor));
        Assert.Equal(donor.Tensors.Keys.Order(StringComparer.Ordinal), read.Tensors.Keys.Order(StringComparer.Ordinal));
        foreach (var (tensor, entry) in donor.Tensors)
        {
            Assert.Equal(entry.Shape, read.Tensors[tensor].Shape);
            var (expected, actual) = (donor.ReadAll(tensor), read.ReadAll(tensor));
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
            var part = new float[Math.Min(29, actual.Length - 3)];
            read.Read(tensor, 3, part);
            Assert.Equal(actual[3..(3 + part.Length)], part);
        }

        var config = donor.Config.DeepClone().AsObject();
        if (config.ContainsKey("query_pre_attn_scalar"))
        {
            // The golden's odd value is nothing that a GGUF file can tell.
            config["query_pre_attn_scalar"] = config["head_dim"]!.DeepClone();
        }

        Assert.Equal(Canonical(config), Canonical(read.Config));
        Assert.Equal("mit", read.Licence);
        Assert.Empty(read.CarriedFiles);
    }

    [Theory]
    [InlineData("tied", "tied-Q4_0")]
    [InlineData("untied", "untied-Q4_K_M")]
    public void Goldens_give_their_config_and_tokenizer(string folder, string name)
    {
        using var checkpoint = Checkpoint.Open(SharedFiles.Path("goldens", "gguf", folder, name + ".gguf"));
        var config = JsonNode.Parse(File.ReadAllText(SharedFiles.Path("goldens", "gguf", folder, "config.json")))!.AsObject();
        Assert.Equal(Canonical(config), Canonical(checkpoint.Config));
        foreach (var key in new[] { "bos_token_id", "eos_token_id", "pad_token_id", "architectures", "head_dim" })
        {
            Assert.Equal(config[key]!.ToJsonString(), checkpoint.Config[key]!.ToJsonString());
        }

        SameJson(File.ReadAllBytes(SharedFiles.Path("goldens", "gguf", folder, "tokenizer.json")), checkpoint.CarriedFiles["tokenizer.json"]);
        Assert.Equal("mit", checkpoint.Licence);
    }

    [Fact]
    public void SmolLM2_gives_the_tokenizer_and_config_that_were_published()
    {
        using var checkpoint = Checkpoint.Open(SharedFiles.Path("models", "smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"));
        SameJson(File.ReadAllBytes(SharedFiles.Path("models", "smollm2", "tokenizer.json")), checkpoint.CarriedFiles["tokenizer.json"]);
        var config = JsonNode.Parse(File.ReadAllText(SharedFiles.Path("models", "smollm2", "config.json")))!.AsObject();
        Assert.Equal(Canonical(config), Canonical(checkpoint.Config));
        Assert.Equal("apache-2.0", checkpoint.Licence);
        var published = JsonNode.Parse(File.ReadAllText(SharedFiles.Path("models", "smollm2", "tokenizer_config.json")))!;
        var own = JsonNode.Parse(checkpoint.CarriedFiles["tokenizer_config.json"])!;
        foreach (var key in new[] { "added_tokens_decoder", "bos_token", "eos_token", "pad_token", "unk_token", "chat_template", "model_max_length" })
        {
            Assert.True(JsonNode.DeepEquals(published[key], own[key]), key);
        }

        Assert.Equal(134_515_008, checkpoint.Tensors.Values.Sum(t => t.ElementCount));
    }

    [Fact]
    public void Widths_may_differ_by_layer()
    {
        using var read = Open(Small().Add("llama.block_count", 3u).Add("llama.attention.head_count", 2u).Add("llama.feed_forward_length", new[] { 16, 8, 16 })
            .Add("llama.attention.head_count_kv", new[] { 2u, 2u, 1u })
            .Tensor("blk.2.ffn_norm.weight", [8], new float[8]).Tensor("output_norm.weight", [8], new float[8]).Build());
        Assert.Equal("""{"1":{"intermediate_size":8},"2":{"num_key_value_heads":1}}""", read.Config["per_layer_config"]!.ToJsonString());
        Assert.Equal(16, read.Config["intermediate_size"]!.GetValue<long>());
    }

    [Theory]
    [InlineData("general.architecture", "mamba", "mamba")]
    [InlineData("llama.block_count", 100u, "block_count")]
    [InlineData("llama.attention.head_count", 3u, "head")]
    [InlineData("llama.expert_count", 8u, "expert")]
    [InlineData("llama.attention.value_length", 8u, "value_length")]
    [InlineData("llama.rope.dimension_count", 2u, "dimension_count")]
    [InlineData("llama.feed_forward_length", "16", "feed_forward_length")]
    [InlineData("llama.attention.layer_norm_rms_epsilon", float.NaN, "epsilon")]
    public void Metadata_that_cannot_be_used_is_named(string key, object value, string named)
    {
        var builder = Small(key).Add(key, value);
        var error = Assert.Throws<PrunusInputException>(() => Open(builder.Build()));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("blk.0.ffn_gate_inp.weight")]
    [InlineData("blk.7.ffn_norm.weight")]
    [InlineData("blk.00.ffn_norm.weight")]
    [InlineData("token_embd.scale")]
    [InlineData("output")]
    public void A_tensor_that_the_architecture_lacks_is_refused(string name) =>
        Assert.Contains(name, Assert.Throws<PrunusInputException>(() => Open(Complete().Tensor(name, [8], new float[8]).Build())).Message, StringComparison.Ordinal);

    /// <summary>A llama of one layer and no layer tensors, without one key.</summary>
    internal static GgufBuilder Small(string? without = null)
    {
        var builder = new GgufBuilder();
        foreach (var (key, value) in new (string, object)[]
        {
            ("general.architecture", "llama"), ("llama.context_length", 64u), ("llama.embedding_length", 8u),
            ("llama.attention.layer_norm_rms_epsilon", 1e-5f), ("llama.attention.key_length", 4u),
        })
        {
            _ = key == without ? builder : builder.Add(key, value);
        }

        if (without is not null)
        {
            foreach (var (key, value) in new[] { ("llama.block_count", 1u), ("llama.attention.head_count", 2u), ("llama.feed_forward_length", 16u) })
            {
                _ = key == without ? builder : builder.Add(key, value);
            }

            builder.Tensor("blk.0.attn_q.weight", [8, 8], new float[64]);
        }

        return builder.Tensor("token_embd.weight", [4, 8], new float[32]);
    }

    internal static GgufBuilder Complete() => Small("none");

    private static string Canonical(JsonObject config) => JsonSerializer.Serialize(DecoderConfig.FromHuggingFace(config, "config.json"));

    internal static void SameJson(byte[] expected, byte[] actual)
    {
        // Both written anew by one writer: content and order agree, white space and escapes do not matter.
        // Merges are written as "a b" or as pairs.
        static string Plain(byte[] bytes)
        {
            var json = JsonNode.Parse(bytes)!;
            json["model"]!["merges"] = new JsonArray([.. json["model"]!["merges"]!.AsArray().Select(m => m is JsonArray pair ? (JsonNode)$"{pair[0]} {pair[1]}" : m!.DeepClone())]);
            return json.ToJsonString();
        }

        var (left, right) = (Plain(expected), Plain(actual));
        var at = left.AsSpan().CommonPrefixLength(right);
        Assert.True(left == right, $"…{left[Math.Max(0, at - 50)..Math.Min(left.Length, at + 50)]}… / …{right[Math.Max(0, at - 50)..Math.Min(right.Length, at + 50)]}…");
    }
}
