namespace Prunus.Decoders.Families;

internal static class Opt
{
    public static readonly DecoderFamily Family = new()
    {
        Id = "opt",
        ModelTypes = ["opt"],
        Architecture = "OPTForCausalLM",
        KvHeadsKey = null,
        FfnKey = "ffn_dim",
        HeadDimKey = null,
        ActivationKey = "activation_function",
        HiddenAliases = ["word_embed_proj_dim"],
        NormEpsilonKey = "layer_norm_epsilon",
        DefaultNormEpsilon = 1e-5,
        DefaultActivation = "relu",
        DefaultTied = true,
        DefaultMaxPositions = 2048,
        Norm = NormKind.LayerNorm,
        Gated = false,
        LearnedPositionOffset = 2,
        QkvBias = ("enable_bias", true),
        OutputBias = ("enable_bias", true),
        MlpBias = ("enable_bias", true),
        RequiredFlags = [("do_layer_norm_before", true), ("layer_norm_elementwise_affine", true), ("_remove_final_layer_norm", false)],
        Weights =
        [
            new("model.decoder.embed_tokens", "embed"),
            new("model.decoder.embed_positions", "positions"),
            new("model.decoder.layers.{i}.self_attn_layer_norm", "layers.{i}.norm_attn_in"),
            new("model.decoder.layers.{i}.self_attn.q_proj", "layers.{i}.attn.q"),
            new("model.decoder.layers.{i}.self_attn.k_proj", "layers.{i}.attn.k"),
            new("model.decoder.layers.{i}.self_attn.v_proj", "layers.{i}.attn.v"),
            new("model.decoder.layers.{i}.self_attn.out_proj", "layers.{i}.attn.o"),
            new("model.decoder.layers.{i}.final_layer_norm", "layers.{i}.norm_mlp_in"),
            new("model.decoder.layers.{i}.fc1", "layers.{i}.mlp.up"),
            new("model.decoder.layers.{i}.fc2", "layers.{i}.mlp.down"),
            new("model.decoder.final_layer_norm", "norm_final"),
            new("lm_head", "head"),
        ],
    };
}
