namespace Prunus.Decoders.Families;

internal static class Mistral
{
    public static readonly DecoderFamily Family = new()
    {
        Id = "mistral",
        ModelTypes = ["mistral"],
        Architecture = "MistralForCausalLM",
        Windows = WindowRule.WhenSet,
        DefaultMaxPositions = 131072,
        Weights = Llama.Names,
    };
}
