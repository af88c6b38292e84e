namespace Prunus.Decoders.Families;

internal static class Gpt2
{
    public static readonly DecoderFamily Family = new()
    {
        Id = "gpt2",
        ModelTypes = ["gpt2"],
        Architecture = "GPT2LMHeadModel",
        OptionalPrefix = "transformer.",
        HiddenKey = "n_embd",
        LayersKey = "n_layer",
        HeadsKey = "n_head",
        KvHeadsKey = null,
        FfnKey = "n_inner",
        HeadDimKey = null,
        MaxPositionsKey = "n_positions",
        NormEpsilonKey = "layer_norm_epsilon",
        ActivationKey = "activation_function",
        DefaultFfnFactor = 4,
        DefaultMaxPositions = 1024,
        DefaultNormEpsilon = 1e-5,
        DefaultActivation = "gelu_new",
        DefaultTied = true,
        Norm = NormKind.LayerNorm,
        Gated = false,
        LearnedPositionOffset = 0,
        QkvBias = (null, true),
        OutputBias = (null, true),
        MlpBias = (null, true),
        RequiredFlags = [("scale_attn_weights", true), ("scale_attn_by_inverse_layer_idx", false), ("add_cross_attention", false)],
        Weights =
        [
            new("transformer.wte", "embed"),
            new("transformer.wpe", "positions"),
            new("transformer.h.{i}.ln_1", "layers.{i}.norm_attn_in"),
            new("transformer.h.{i}.attn.c_attn", WeightLayout.Transposed, "layers.{i}.attn.q", "layers.{i}.attn.k", "layers.{i}.attn.v"),
            new("transformer.h.{i}.attn.c_proj", WeightLayout.Transposed, "layers.{i}.attn.o"),
            new("transformer.h.{i}.ln_2", "layers.{i}.norm_mlp_in"),
            new("transformer.h.{i}.mlp.c_fc", WeightLayout.Transposed, "layers.{i}.mlp.up"),
            new("transformer.h.{i}.mlp.c_proj", WeightLayout.Transposed, "layers.{i}.mlp.down"),
            new("transformer.ln_f", "norm_final"),
            new("lm_head", "head"),
        ],
    };
}
