namespace Prunus.Decoders.Families;

internal static class Nemotron
{
    public static readonly DecoderFamily Family = new()
    {
        Id = "nemotron",
        ModelTypes = ["nemotron"],
        Architecture = "NemotronForCausalLM",
        Norm = NormKind.LayerNorm,
        NormPlusOne = true,
        NormEpsilonKey = "norm_eps",
        DefaultNormEpsilon = 1e-5,
        DefaultActivation = "relu2",
        Gated = false,
        QkvBias = ("attention_bias", false),
        OutputBias = ("attention_bias", false),
        MlpBias = ("mlp_bias", false),
        RotaryShare = ("partial_rotary_factor", 0.5),
        DefaultMaxPositions = 4096,
        Weights = Llama.Names,
    };
}
