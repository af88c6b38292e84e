namespace Prunus.Decoders;

/// <summary>Rotary settings in both forms in the wild: rope_theta and rope_scaling at the top level, or rope_parameters (flat or by layer type).</summary>
internal static class RopeReader
{
    public static (RopeConfig Global, RopeConfig Local) Read(ConfigReader config, DecoderFamily family, int headDim)
    {
        var parameters = config.Object("rope_parameters");
        if (parameters?.Object("full_attention") is { } full)
        {
            return (Flat(full, config, family, headDim), Flat(parameters.Object("sliding_attention") ?? full, config, family, headDim));
        }

        var global = parameters is not null ? Flat(parameters, config, family, headDim) : TopLevel(config, family, headDim);
        var local = new RopeConfig(config.Double("rope_local_base_freq", 10_000), global.RotaryDim);
        return (global, local);
    }

    private static RopeConfig Flat(ConfigReader rope, ConfigReader config, DecoderFamily family, int headDim) =>
        Scaled(rope, rope.Double("rope_theta", config.Double("rope_theta", family.DefaultRopeTheta)), Rotary(rope, config, family, headDim), config);

    private static RopeConfig TopLevel(ConfigReader config, DecoderFamily family, int headDim)
    {
        var theta = config.Double("rope_theta", config.Double(family.RopeThetaKey, family.DefaultRopeTheta));
        var dimension = Rotary(config, config, family, headDim);
        return config.Object("rope_scaling") is { } scaling ? Scaled(scaling, theta, dimension, config) : new RopeConfig(theta, dimension);
    }

    private static int Rotary(ConfigReader rope, ConfigReader config, DecoderFamily family, int headDim)
    {
        var share = rope.OptionalDouble("partial_rotary_factor") ?? config.OptionalDouble("partial_rotary_factor")
            ?? config.Double(family.RotaryShare.Key, family.RotaryShare.Otherwise, most: 1);
        var dimension = (int)(headDim * share);
        return share <= 1 && dimension >= 2 && dimension % 2 == 0
            ? dimension
            : throw config.Fault("partial_rotary_factor", $"rotates {dimension} of {headDim} entries of a head", "the rotated share must be even and at most the head");
    }

    private static RopeConfig Scaled(ConfigReader rope, double theta, int dimension, ConfigReader config)
    {
        var kind = rope.String("rope_type") ?? rope.String("type") ?? "default";
        return kind switch
        {
            "default" => new RopeConfig(theta, dimension),
            "linear" => new RopeConfig(theta, dimension, rope.Double("factor")),
            "llama3" => new RopeConfig(theta, dimension, 1, new Llama3RopeScaling(
                rope.Double("factor"),
                rope.Double("low_freq_factor"),
                rope.Double("high_freq_factor"),
                rope.Int("original_max_position_embeddings", config.OptionalInt("max_position_embeddings")))),
            _ => throw rope.Fault("rope_type", $"is '{kind}', which is not supported", "known are default, linear and llama3"),
        };
    }
}
