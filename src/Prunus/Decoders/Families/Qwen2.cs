namespace Prunus.Decoders.Families;

internal static class Qwen2
{
    public static readonly DecoderFamily Family = new()
    {
        Id = "qwen2",
        ModelTypes = ["qwen2"],
        Architecture = "Qwen2ForCausalLM",
        QkvBias = (null, true),
        Windows = WindowRule.UseSlidingWindow,
        DefaultMaxPositions = 32768,
        Weights = Llama.Names,
    };
}
