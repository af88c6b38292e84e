using System.Text.Json.Nodes;

namespace Prunus.Checkpoints.Gguf;

/// <summary>Rotary keys and factor tensors of GGUF → rope_theta, rope_scaling, partial_rotary_factor.</summary>
internal static class GgufRope
{
    private const string Llama3Factors = "rope_freqs.weight";

    public static void Write(JsonObject config, GgufMetadata metadata, GgufShape shape, GgufFile file)
    {
        var isGemma3 = metadata.Architecture == "gemma3";
        var theta = metadata.OptionalDouble(metadata.Own("rope.freq_base")) ?? (isGemma3 ? 1_000_000 : 10_000);
        if (theta <= 0)
        {
            throw metadata.Fault(metadata.Own("rope.freq_base"), "is not positive", "get the file again");
        }

        config["rope_theta"] = theta;
        if (isGemma3)
        {
            config["rope_local_base_freq"] = metadata.OptionalDouble(metadata.Own("rope.freq_base_swa")) ?? 10_000;
        }

        var rotated = metadata.OptionalInt(metadata.Own("rope.dimension_count"), 1) ?? shape.HeadDim;
        if (rotated != shape.HeadDim)
        {
            config["partial_rotary_factor"] = metadata.Architecture == "phi3" && rotated < shape.HeadDim ? (double)rotated / shape.HeadDim
                : throw metadata.Fault(metadata.Own("rope.dimension_count"), $"is {rotated} for heads of {shape.HeadDim}, which is not supported", "use another model");
        }

        config["rope_scaling"] = file.Tensors.ContainsKey(Llama3Factors) ? Llama3(metadata, rotated, theta, file)
            : file.Tensors.ContainsKey("rope_factors_long.weight") ? Long(config, metadata, rotated, file)
            : Scaling(metadata);
    }

    private static JsonObject? Scaling(GgufMetadata metadata)
    {
        var kind = metadata.String(metadata.Own("rope.scaling.type")) ?? (metadata.Has(metadata.Own("rope.scale_linear")) ? "linear" : "none");
        if (kind is "none" or "longrope")
        {
            return null;
        }

        var factor = metadata.OptionalDouble(metadata.Own("rope.scaling.factor")) ?? metadata.OptionalDouble(metadata.Own("rope.scale_linear")) ?? 1;
        var scaling = new JsonObject { ["rope_type"] = kind, ["factor"] = factor };
        if (metadata.OptionalInt(metadata.Own("rope.scaling.original_context_length"), 1) is { } original)
        {
            scaling["original_max_position_embeddings"] = original;
        }

        return factor == 1 && kind == "linear" ? null : scaling;
    }

    private static JsonObject Long(JsonObject config, GgufMetadata metadata, long rotated, GgufFile file)
    {
        config["original_max_position_embeddings"] = metadata.Int(metadata.Own("rope.scaling.original_context_length"));
        JsonArray Factors(string name) => new([.. Values(file, name, rotated).Select(f => (JsonNode)(double)f)]);
        return new JsonObject
        {
            ["rope_type"] = "longrope",
            ["long_factor"] = Factors("rope_factors_long.weight"),
            ["short_factor"] = Factors("rope_factors_short.weight"),
        };
    }

    // The converter bakes llama3 scaling into one divisor per frequency. All published models use low 1 and high 4; the original
    // context, a power of two, is the one whose divisors these are.
    private static JsonObject Llama3(GgufMetadata metadata, long rotated, double theta, GgufFile file)
    {
        var divisors = Values(file, Llama3Factors, rotated);
        var factor = (double)divisors.Max();
        for (var original = 16; original <= 1 << 20; original *= 2)
        {
            if (divisors.Index().All(d => Math.Abs(Llama3Divisor(Math.Pow(theta, -2.0 * d.Index / rotated), factor, original) - d.Item) <= 1e-3 * d.Item))
            {
                return new JsonObject
                {
                    ["rope_type"] = "llama3", ["factor"] = factor, ["low_freq_factor"] = 1.0, ["high_freq_factor"] = 4.0,
                    ["original_max_position_embeddings"] = original,
                };
            }
        }

        throw metadata.Fault(Llama3Factors, "is no llama3 scaling that is known", "use the Hugging Face folder of this model");
    }

    private static double Llama3Divisor(double frequency, double factor, double original)
    {
        var turns = original * frequency / (2 * Math.PI);
        var share = Math.Clamp((turns - 1) / 3, 0, 1);
        return 1 / (((1 - share) / factor) + share);
    }

    private static float[] Values(GgufFile file, string name, long rotated)
    {
        if (!file.Tensors.TryGetValue(name, out var tensor) || tensor.ElementCount != rotated / 2 || rotated < 2)
        {
            throw new PrunusInputException(file.Location, $"has no {rotated / 2} values in '{name}'", "get the file again");
        }

        var values = new float[tensor.ElementCount];
        file.Read(name, 0, values);
        return values.All(v => float.IsFinite(v) && v > 0) ? values
            : throw new PrunusInputException(file.Location, $"has values in '{name}' that are not positive", "get the file again");
    }
}
