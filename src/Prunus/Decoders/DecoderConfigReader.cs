using System.Text.Json.Nodes;

namespace Prunus.Decoders;

/// <summary>Hugging Face config.json → <see cref="DecoderConfig"/>, by the family's data.</summary>
internal static class DecoderConfigReader
{
    private const int MostLayers = 4096;

    public static DecoderConfig Read(JsonObject json, string subject)
    {
        var config = new ConfigReader(json, subject);
        var family = DecoderFamilies.Named(config);
        CheckFlags(config, family);
        var hidden = config.Int(family.HiddenKey);
        foreach (var alias in family.HiddenAliases.Where(config.Has))
        {
            if (config.Int(alias) != hidden)
            {
                throw config.Fault(alias, $"differs from {family.HiddenKey}, which is not supported", "use a checkpoint without embedding projection");
            }
        }

        var heads = config.Int(family.HeadsKey);
        var headDim = family.HeadDimKey is { } key && config.Has(key) ? config.Int(key, most: 1 << 16)
            : family.DefaultHeadDim ?? (hidden % heads == 0 ? hidden / heads
                : throw config.Fault(family.HiddenKey, $"{hidden} is no multiple of {heads} heads", "give head_dim or correct the values"));
        var layers = Layers(config, family, heads, hidden);
        if (layers.Any(l => (long)l.QueryHeads * headDim > ConfigReader.LargestDimension))
        {
            throw config.Fault(family.HeadsKey, $"times head_dim {headDim} is beyond any model", "correct the values");
        }

        var rope = family.LearnedPositionOffset is null ? RopeReader.Read(config, family, headDim) : default;
        return new DecoderConfig
        {
            Family = family.Id,
            VocabSize = config.Int("vocab_size"),
            Hidden = hidden,
            HeadDim = headDim,
            Layers = layers,
            MaxPositions = config.Int(family.MaxPositionsKey, family.DefaultMaxPositions),
            Norm = family.Norm,
            NormEpsilon = config.Double(family.NormEpsilonKey, family.DefaultNormEpsilon, most: 1),
            NormPlusOne = family.NormPlusOne,
            Activation = ReadActivation(config, family),
            Gated = family.Gated,
            TiedEmbeddings = config.Bool("tie_word_embeddings", family.DefaultTied),
            QkvBias = Flag(config, family.QkvBias),
            OutputBias = Flag(config, family.OutputBias),
            MlpBias = Flag(config, family.MlpBias),
            ParallelResidual = Flag(config, family.ParallelResidual),
            QkNorm = family.QkNorm,
            PostNorms = family.PostNorms,
            Rope = rope.Global,
            LocalRope = layers.Any(l => l.LocalRope) ? rope.Local : null,
            PositionOffset = family.LearnedPositionOffset,
            AttentionScale = 1 / Math.Sqrt(config.OptionalDouble("query_pre_attn_scalar") ?? headDim),
            AttentionSoftCap = config.OptionalDouble("attn_logit_softcapping"),
            LogitSoftCap = config.OptionalDouble("final_logit_softcapping"),
            EmbeddingScale = family.ScaledEmbedding ? Math.Sqrt(hidden) : 1,
        };
    }

    private static bool Flag(ConfigReader config, (string? Key, bool Otherwise) flag) => config.Bool(flag.Key, flag.Otherwise);

    private static void CheckFlags(ConfigReader config, DecoderFamily family)
    {
        foreach (var (key, supported) in family.RequiredFlags)
        {
            if (config.Bool(key, supported) != supported)
            {
                throw config.Fault(key, $"is {(supported ? "false" : "true")}, which is not supported", "use a checkpoint without it");
            }
        }
    }

    private static Activation ReadActivation(ConfigReader config, DecoderFamily family)
    {
        var name = config.String(family.ActivationKey) ?? config.String("hidden_act") ?? family.DefaultActivation;
        return name switch
        {
            "silu" or "swish" => Activation.Silu,
            "relu" => Activation.Relu,
            "relu2" => Activation.ReluSquared,
            // transformers evaluates gemma's "gelu" by the tanh form.
            "gelu" => family.ScaledEmbedding ? Activation.GeluTanh : Activation.GeluErf,
            "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" => Activation.GeluTanh,
            _ => throw config.Fault(family.ActivationKey, $"is '{name}', which is not supported", "known are silu, relu, relu2, gelu, gelu_new, gelu_pytorch_tanh"),
        };
    }

    private static LayerConfig[] Layers(ConfigReader config, DecoderFamily family, int heads, int hidden)
    {
        var count = config.Int(family.LayersKey, most: MostLayers);
        var groups = config.Int(family.KvHeadsKey, heads);
        var ffn = config.Int(family.FfnKey, family.DefaultFfnFactor * hidden);
        var windowed = WindowedLayers(config, family, count);
        var window = windowed.Contains(true) ? config.Int("sliding_window") : (int?)null;
        var overrides = config.Object("per_layer_config");
        var layers = new LayerConfig[count];
        for (var i = 0; i < count; i++)
        {
            var own = overrides?.Object(i.ToString(System.Globalization.CultureInfo.InvariantCulture));
            if (own?.Has("skip") == true)
            {
                throw own.Fault("skip", "leaves out part of a layer, which is not supported", "use a checkpoint whose layers are whole");
            }

            layers[i] = new LayerConfig(
                own?.Int(family.HeadsKey, heads) ?? heads,
                own is null ? groups : family.KvHeadsKey is null ? own.Int(family.HeadsKey, groups) : own.Int(family.KvHeadsKey, groups),
                own?.Int(family.FfnKey, ffn) ?? ffn,
                windowed[i] ? window : null,
                windowed[i] && family.Windows == WindowRule.Periodic && family.QkNorm);
            if (layers[i].QueryHeads % layers[i].KvGroups != 0)
            {
                throw config.Fault(family.HeadsKey, $"{layers[i].QueryHeads} is no multiple of {layers[i].KvGroups} key-value heads (layer {i})", "correct the values");
            }
        }

        return layers;
    }

    private static bool[] WindowedLayers(ConfigReader config, DecoderFamily family, int count)
    {
        var windowed = new bool[count];
        if (family.Windows == WindowRule.Never || (!config.Has("sliding_window") && family.Windows != WindowRule.Periodic))
        {
            return windowed;
        }

        if (family.Windows != WindowRule.WhenSet && config.Strings("layer_types") is { } types)
        {
            if (types.Length != count)
            {
                throw config.Fault("layer_types", $"has {types.Length} entries for {count} layers", "give one for each layer");
            }

            return [.. types.Select(t => t switch
            {
                "full_attention" => false,
                "sliding_attention" => true,
                _ => throw config.Fault("layer_types", $"holds '{t}', which is not supported", "known are full_attention and sliding_attention"),
            })];
        }

        var first = family.Windows == WindowRule.UseSlidingWindow ? config.Int("max_window_layers", 28, least: 0) : 0;
        var period = config.OptionalInt("sliding_window_pattern") ?? config.OptionalInt("_sliding_window_pattern") ?? family.WindowPeriod;
        for (var i = 0; i < count; i++)
        {
            windowed[i] = family.Windows switch
            {
                WindowRule.WhenSet => true,
                WindowRule.UseSlidingWindow => config.Bool("use_sliding_window", false) && i >= first,
                _ => (i + 1) % period != 0,
            };
        }

        return windowed;
    }
}
