using System.Text;
using Prunus.Tests.Checkpoints.Gguf;

namespace Prunus.Tests.Checkpoints.Corruption;

/// <summary>Small whole files of every kind, to be damaged.</summary>
internal static class SmallFiles
{
    public static byte[] Safetensors { get; } = SafetensorsFileTests.Build(
        """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"BF16","shape":[3],"data_offsets":[16,22]},"c":{"dtype":"F4","shape":[4],"data_offsets":[22,24]},"d":{"dtype":"I64","shape":[],"data_offsets":[24,32]},"e":{"dtype":"F8_E4M3","shape":[0],"data_offsets":[32,32]},"f":{"dtype":"BOOL","shape":[2],"data_offsets":[32,34]}}""",
        new byte[34]);

    public static byte[] Shard1 { get; } = SafetensorsFileTests.Build("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", new byte[4]);

    public static byte[] Shard2 { get; } = SafetensorsFileTests.Build("""{"b":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}""", new byte[4]);

    public static byte[] Index { get; } = Encoding.UTF8.GetBytes(
        """{"metadata":{"total_size":8},"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}""");

    public static byte[] Config { get; } = Encoding.UTF8.GetBytes(
        """{"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":64,"intermediate_size":112,"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"head_dim":16,"hidden_act":"silu","max_position_embeddings":256,"rms_norm_eps":1e-05,"rope_parameters":{"rope_theta":500000.0,"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":64},"tie_word_embeddings":true,"vocab_size":320,"per_layer_config":{"1":{"intermediate_size":96}}}""");

    public static byte[] Tokenizer { get; } = Encoding.UTF8.GetBytes(
        """{"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":0,"content":"<s>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],"normalizer":{"type":"NFC"},"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}]},"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{"<s>":{"id":"<s>","ids":[0],"tokens":["<s>"]}}},"decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},"model":{"type":"BPE","dropout":null,"unk_token":null,"fuse_unk":false,"byte_fallback":false,"ignore_merges":false,"vocab":{"<s>":0,"a":1,"b":2,"ab":3,"Ġ":4,"Ġab":5},"merges":["a b","Ġ ab"]}}""");

    /// <summary>A llama of one layer in block types, with a byte-level tokenizer.</summary>
    public static byte[] Llama { get; } = new GgufBuilder()
        .Add("general.architecture", "llama").Add("general.license", "mit").Add("llama.block_count", 1u).Add("llama.context_length", 64u)
        .Add("llama.embedding_length", 32u).Add("llama.feed_forward_length", new[] { 32u }).Add("llama.attention.head_count", 4u)
        .Add("llama.attention.head_count_kv", 2u).Add("llama.attention.layer_norm_rms_epsilon", 1e-5f).Add("llama.rope.freq_base", 10000f)
        .Add("tokenizer.ggml.model", "gpt2").Add("tokenizer.ggml.pre", "smollm").Add("tokenizer.ggml.tokens", new[] { "<s>", "a", "b", "ab" })
        .Add("tokenizer.ggml.token_type", new[] { 3, 1, 1, 1 }).Add("tokenizer.ggml.merges", new[] { "a b" }).Add("tokenizer.ggml.bos_token_id", 0u)
        .Add("tokenizer.ggml.add_bos_token", true).Add("tokenizer.chat_template", "{{ messages }}")
        .Tensor("token_embd.weight", [4, 32], 8, new byte[4 * 34]).Tensor("output_norm.weight", [32], new float[32])
        .Tensor("blk.0.attn_q.weight", [32, 32], 2, new byte[32 * 18]).Tensor("blk.0.attn_k.weight", [16, 32], 20, new byte[16 * 18])
        .Tensor("rope_freqs.weight", [4], [1f, 1f, 1f, 1f]).Build();

    /// <summary>A gemma with a SentencePiece vocabulary.</summary>
    public static byte[] Gemma { get; } = new GgufBuilder()
        .Add("general.architecture", "gemma2").Add("gemma2.block_count", 1u).Add("gemma2.context_length", 64u).Add("gemma2.embedding_length", 8u)
        .Add("gemma2.feed_forward_length", 16u).Add("gemma2.attention.head_count", 2u).Add("gemma2.attention.layer_norm_rms_epsilon", 1e-5f)
        .Add("tokenizer.ggml.model", "llama").Add("tokenizer.ggml.tokens", new[] { "<unk>", "▁a", "▁", "a" })
        .Add("tokenizer.ggml.scores", new[] { 0f, -1f, -2f, -3f }).Add("tokenizer.ggml.token_type", new[] { 2, 1, 1, 1 })
        .Tensor("token_embd.weight", [4, 8], 1, new byte[64]).Tensor("blk.0.attn_norm.weight", [8], new float[8])
        .Tensor("blk.0.post_ffw_norm.weight", [8], 30, new byte[16]).Build();

    /// <summary>A GPT-2 whose linear layers are turned on reading.</summary>
    public static byte[] Gpt2 { get; } = new GgufBuilder()
        .Add("general.architecture", "gpt2").Add("gpt2.block_count", 1u).Add("gpt2.context_length", 64u).Add("gpt2.embedding_length", 8u)
        .Add("gpt2.feed_forward_length", 32u).Add("gpt2.attention.head_count", 2u).Add("gpt2.attention.layer_norm_epsilon", 1e-5f)
        .Tensor("token_embd.weight", [4, 8], new float[32]).Tensor("blk.0.attn_qkv.weight", [24, 8], 1, new byte[384])
        .Tensor("blk.0.attn_qkv.bias", [24], new float[24]).Build();
}
