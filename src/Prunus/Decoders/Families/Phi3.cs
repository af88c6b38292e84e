namespace Prunus.Decoders.Families;

internal static class Phi3
{
    public static readonly DecoderFamily Family = new()
    {
        Id = "phi3",
        ModelTypes = ["phi3"],
        Architecture = "Phi3ForCausalLM",
        DefaultNormEpsilon = 1e-5,
        Windows = WindowRule.WhenSet,
        DefaultMaxPositions = 4096,
        Weights =
        [
            new("model.embed_tokens", "embed"),
            new("model.layers.{i}.input_layernorm", "layers.{i}.norm_attn_in"),
            new("model.layers.{i}.self_attn.qkv_proj", WeightLayout.StackedRows, "layers.{i}.attn.q", "layers.{i}.attn.k", "layers.{i}.attn.v"),
            new("model.layers.{i}.self_attn.o_proj", "layers.{i}.attn.o"),
            new("model.layers.{i}.post_attention_layernorm", "layers.{i}.norm_mlp_in"),
            new("model.layers.{i}.mlp.gate_up_proj", WeightLayout.StackedRows, "layers.{i}.mlp.gate", "layers.{i}.mlp.up"),
            new("model.layers.{i}.mlp.down_proj", "layers.{i}.mlp.down"),
            new("model.norm", "norm_final"),
            new("lm_head", "head"),
        ],
    };
}
