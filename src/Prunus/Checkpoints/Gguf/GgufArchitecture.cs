namespace Prunus.Checkpoints.Gguf;

/// <summary>What differs between the architectures of GGUF files: names, storage habits. All else follows from the metadata.</summary>
internal sealed record GgufArchitecture
{
    /// <summary><c>general.architecture</c>.</summary>
    public required string Id { get; init; }

    /// <summary><c>model_type</c> of config.json.</summary>
    public required string ModelType { get; init; }

    /// <summary>Class that transformers loads.</summary>
    public required string ClassName { get; init; }

    /// <summary>GGUF name without .weight or .bias → Hugging Face name; <c>#</c> stands for the layer.</summary>
    public required IReadOnlyDictionary<string, string> Names { get; init; }

    /// <summary>Rows of q and k lie in llama.cpp's order: the two halves of each head interleaved.</summary>
    public bool InterleavedHeads { get; init; }

    /// <summary>Norm weights are stored plus one, Hugging Face's are not (gemma).</summary>
    public bool NormsPlusOne { get; init; }

    /// <summary>Linear layers of Hugging Face are [in, out] (GPT-2's Conv1D), GGUF's [out, in].</summary>
    public bool TransposedLinears { get; init; }

    /// <summary>Architectures that are read.</summary>
    public static IReadOnlyList<GgufArchitecture> All { get; } =
    [
        new() { Id = "llama", ModelType = "llama", ClassName = "LlamaForCausalLM", Names = Llama(), InterleavedHeads = true },
        new() { Id = "qwen2", ModelType = "qwen2", ClassName = "Qwen2ForCausalLM", Names = Llama() },
        new() { Id = "qwen3", ModelType = "qwen3", ClassName = "Qwen3ForCausalLM", Names = Llama(HeadNorms) },
        new() { Id = "gemma", ModelType = "gemma", ClassName = "GemmaForCausalLM", Names = Llama(), NormsPlusOne = true },
        new() { Id = "gemma2", ModelType = "gemma2", ClassName = "Gemma2ForCausalLM", Names = Llama(PostNorms), NormsPlusOne = true },
        new() { Id = "gemma3", ModelType = "gemma3_text", ClassName = "Gemma3ForCausalLM", Names = Llama([.. PostNorms, .. HeadNorms]), NormsPlusOne = true },
        new()
        {
            Id = "phi3", ModelType = "phi3", ClassName = "Phi3ForCausalLM",
            Names = Llama(("blk.#.attn_qkv", "model.layers.#.self_attn.qkv_proj"), ("blk.#.ffn_up", "model.layers.#.mlp.gate_up_proj")),
        },
        new() { Id = "gpt2", ModelType = "gpt2", ClassName = "GPT2LMHeadModel", Names = Gpt2(), TransposedLinears = true },
    ];

    private static (string, string)[] HeadNorms =>
        [("blk.#.attn_q_norm", "model.layers.#.self_attn.q_norm"), ("blk.#.attn_k_norm", "model.layers.#.self_attn.k_norm")];

    private static (string, string)[] PostNorms =>
    [
        ("blk.#.post_attention_norm", "model.layers.#.post_attention_layernorm"), ("blk.#.ffn_norm", "model.layers.#.pre_feedforward_layernorm"),
        ("blk.#.post_ffw_norm", "model.layers.#.post_feedforward_layernorm"),
    ];

    private static Dictionary<string, string> Llama(params (string Gguf, string Name)[] further)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["token_embd"] = "model.embed_tokens", ["output_norm"] = "model.norm", ["output"] = "lm_head",
            ["blk.#.attn_norm"] = "model.layers.#.input_layernorm", ["blk.#.ffn_norm"] = "model.layers.#.post_attention_layernorm",
            ["blk.#.attn_q"] = "model.layers.#.self_attn.q_proj", ["blk.#.attn_k"] = "model.layers.#.self_attn.k_proj",
            ["blk.#.attn_v"] = "model.layers.#.self_attn.v_proj", ["blk.#.attn_output"] = "model.layers.#.self_attn.o_proj",
            ["blk.#.ffn_gate"] = "model.layers.#.mlp.gate_proj", ["blk.#.ffn_up"] = "model.layers.#.mlp.up_proj",
            ["blk.#.ffn_down"] = "model.layers.#.mlp.down_proj",
        };
        foreach (var (gguf, name) in further)
        {
            names[gguf] = name;
        }

        return names;
    }

    private static Dictionary<string, string> Gpt2() => new(StringComparer.Ordinal)
    {
        ["token_embd"] = "transformer.wte", ["position_embd"] = "transformer.wpe", ["output_norm"] = "transformer.ln_f", ["output"] = "lm_head",
        ["blk.#.attn_norm"] = "transformer.h.#.ln_1", ["blk.#.ffn_norm"] = "transformer.h.#.ln_2",
        ["blk.#.attn_qkv"] = "transformer.h.#.attn.c_attn", ["blk.#.attn_output"] = "transformer.h.#.attn.c_proj",
        ["blk.#.ffn_up"] = "transformer.h.#.mlp.c_fc", ["blk.#.ffn_down"] = "transformer.h.#.mlp.c_proj",
    };
}
