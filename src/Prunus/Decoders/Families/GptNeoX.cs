namespace Prunus.Decoders.Families;

internal static class GptNeoX
{
    public static readonly DecoderFamily Family = new()
    {
        Id = "gpt_neox",
        ModelTypes = ["gpt_neox"],
        Architecture = "GPTNeoXForCausalLM",
        KvHeadsKey = null,
        HeadDimKey = null,
        NormEpsilonKey = "layer_norm_eps",
        DefaultNormEpsilon = 1e-5,
        DefaultActivation = "gelu",
        DefaultMaxPositions = 2048,
        Norm = NormKind.LayerNorm,
        Gated = false,
        QkvBias = ("attention_bias", true),
        OutputBias = ("attention_bias", true),
        MlpBias = (null, true),
        ParallelResidual = ("use_parallel_residual", true),
        RotaryShare = ("rotary_pct", 0.25),
        RopeThetaKey = "rotary_emb_base",
        Weights =
        [
            new("gpt_neox.embed_in", "embed"),
            new("gpt_neox.layers.{i}.input_layernorm", "layers.{i}.norm_attn_in"),
            new("gpt_neox.layers.{i}.attention.query_key_value", WeightLayout.InterleavedByHead, "layers.{i}.attn.q", "layers.{i}.attn.k", "layers.{i}.attn.v"),
            new("gpt_neox.layers.{i}.attention.dense", "layers.{i}.attn.o"),
            new("gpt_neox.layers.{i}.post_attention_layernorm", "layers.{i}.norm_mlp_in"),
            new("gpt_neox.layers.{i}.mlp.dense_h_to_4h", "layers.{i}.mlp.up"),
            new("gpt_neox.layers.{i}.mlp.dense_4h_to_h", "layers.{i}.mlp.down"),
            new("gpt_neox.final_layer_norm", "norm_final"),
            new("embed_out", "head"),
        ],
    };
}
