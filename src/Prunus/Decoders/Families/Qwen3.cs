namespace Prunus.Decoders.Families;

internal static class Qwen3
{
    public static readonly DecoderFamily Family = new()
    {
        Id = "qwen3",
        ModelTypes = ["qwen3"],
        Architecture = "Qwen3ForCausalLM",
        QkvBias = ("attention_bias", false),
        OutputBias = ("attention_bias", false),
        QkNorm = true,
        DefaultHeadDim = 128,
        Windows = WindowRule.UseSlidingWindow,
        DefaultMaxPositions = 32768,
        Weights =
        [
            .. Llama.Names,
            new("model.layers.{i}.self_attn.q_norm", "layers.{i}.attn.q_norm"),
            new("model.layers.{i}.self_attn.k_norm", "layers.{i}.attn.k_norm"),
        ],
    };
}
