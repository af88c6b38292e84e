namespace Prunus.Decoders.Families;

internal static class Llama
{
    public static readonly IReadOnlyList<WeightNames> Names =
    [
        new("model.embed_tokens", "embed"),
        new("model.layers.{i}.input_layernorm", "layers.{i}.norm_attn_in"),
        new("model.layers.{i}.self_attn.q_proj", "layers.{i}.attn.q"),
        new("model.layers.{i}.self_attn.k_proj", "layers.{i}.attn.k"),
        new("model.layers.{i}.self_attn.v_proj", "layers.{i}.attn.v"),
        new("model.layers.{i}.self_attn.o_proj", "layers.{i}.attn.o"),
        new("model.layers.{i}.post_attention_layernorm", "layers.{i}.norm_mlp_in"),
        new("model.layers.{i}.mlp.gate_proj", "layers.{i}.mlp.gate"),
        new("model.layers.{i}.mlp.up_proj", "layers.{i}.mlp.up"),
        new("model.layers.{i}.mlp.down_proj", "layers.{i}.mlp.down"),
        new("model.norm", "norm_final"),
        new("lm_head", "head"),
    ];

    public static readonly DecoderFamily Family = new()
    {
        Id = "llama",
        ModelTypes = ["llama"],
        Architecture = "LlamaForCausalLM",
        QkvBias = ("attention_bias", false),
        OutputBias = ("attention_bias", false),
        MlpBias = ("mlp_bias", false),
        HiddenMustDivideByHeads = true,
        DefaultMaxPositions = 2048,
        Weights = Names,
    };
}
