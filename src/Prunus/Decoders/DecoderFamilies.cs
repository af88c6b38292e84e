using Prunus.Decoders.Families;

namespace Prunus.Decoders;

/// <summary>Every family that can be read and written.</summary>
public static class DecoderFamilies
{
    public static IReadOnlyList<DecoderFamily> All { get; } =
    [
        Llama.Family, Mistral.Family, Qwen2.Family, Qwen3.Family, Phi3.Family, Nemotron.Family,
        Gpt2.Family, GptNeoX.Family, Opt.Family, Gemma.Family, Gemma.Family2, Gemma.Family3,
    ];

    /// <summary>The family of an architecture read before.</summary>
    public static DecoderFamily Of(DecoderConfig config) => All.First(f => f.Id == config.Family);

    /// <summary>The family that a config.json's model_type names.</summary>
    /// <exception cref="PrunusInputException">It names none that we know.</exception>
    internal static DecoderFamily Named(ConfigReader config)
    {
        var type = config.String("model_type") ?? throw config.Fault("model_type", "is missing", "this is no config.json of a language model");
        return All.FirstOrDefault(f => f.ModelTypes.Contains(type))
            ?? throw config.Fault("model_type", $"is '{type}', a family we cannot read", $"known are {string.Join(", ", All.SelectMany(f => f.ModelTypes))}");
    }
}
