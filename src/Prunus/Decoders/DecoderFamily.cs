namespace Prunus.Decoders;

/// <summary>
/// How one family of published models spells its config.json and its weights. Pure data: importance, surgery and export
/// work on <see cref="DecoderConfig"/> and canonical parameters and never ask for the family.
/// </summary>
public sealed record DecoderFamily
{
    /// <summary>Our id, as in <c>prunus list</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Values of <c>model_type</c> that mean this family.</summary>
    public required IReadOnlyList<string> ModelTypes { get; init; }

    /// <summary>Class in Hugging Face transformers.</summary>
    public required string Architecture { get; init; }

    /// <summary>Prefix before layers and embeddings, which some published files leave out (gpt2's <c>transformer.</c>).</summary>
    public string OptionalPrefix { get; init; } = "";

    // Names of the config keys.
    public string HiddenKey { get; init; } = "hidden_size";

    public string LayersKey { get; init; } = "num_hidden_layers";

    public string HeadsKey { get; init; } = "num_attention_heads";

    /// <summary>Null where the family has no grouped queries.</summary>
    public string? KvHeadsKey { get; init; } = "num_key_value_heads";

    public string FfnKey { get; init; } = "intermediate_size";

    /// <summary>Null where head_dim is always hidden / heads.</summary>
    public string? HeadDimKey { get; init; } = "head_dim";

    public string MaxPositionsKey { get; init; } = "max_position_embeddings";

    public string NormEpsilonKey { get; init; } = "rms_norm_eps";

    public string ActivationKey { get; init; } = "hidden_act";

    /// <summary>Keys that repeat the hidden size and follow it (opt's word_embed_proj_dim).</summary>
    public IReadOnlyList<string> HiddenAliases { get; init; } = [];

    // Values meant when a key is absent.
    public int? DefaultHeadDim { get; init; }

    public int? DefaultMaxPositions { get; init; }

    public double DefaultNormEpsilon { get; init; } = 1e-6;

    public double DefaultRopeTheta { get; init; } = 10_000;

    public string DefaultActivation { get; init; } = "silu";

    public bool DefaultTied { get; init; }

    /// <summary>ffn as a multiple of hidden when the key is absent or null (gpt2: 4); null = the key is required.</summary>
    public int? DefaultFfnFactor { get; init; }

    // What the network does.
    public NormKind Norm { get; init; } = NormKind.RmsNorm;

    public bool NormPlusOne { get; init; }

    public bool Gated { get; init; } = true;

    public bool QkNorm { get; init; }

    public bool PostNorms { get; init; }

    public bool ScaledEmbedding { get; init; }

    /// <summary>Rows before position 0 in a learned position table; null = rotary.</summary>
    public int? LearnedPositionOffset { get; init; }

    /// <summary>Biases of q, k, v: the key that tells, and the value without it.</summary>
    public (string? Key, bool Otherwise) QkvBias { get; init; }

    public (string? Key, bool Otherwise) OutputBias { get; init; }

    public (string? Key, bool Otherwise) MlpBias { get; init; }

    /// <summary>Whether blocks are parallel.</summary>
    public (string? Key, bool Otherwise) ParallelResidual { get; init; }

    /// <summary>Old spelling of the rotated share of a head (gpt_neox: rotary_pct), and the share without it.</summary>
    public (string? Key, double Otherwise) RotaryShare { get; init; } = ("partial_rotary_factor", 1);

    /// <summary>Old spelling of the rotary base.</summary>
    public string RopeThetaKey { get; init; } = "rope_theta";

    /// <summary>Which layers attend through a window.</summary>
    public WindowRule Windows { get; init; }

    /// <summary>Every n-th layer attends fully where layer_types is absent (gemma2: 2, gemma3: 6).</summary>
    public int WindowPeriod { get; init; }

    /// <summary>Boolean or scalar keys whose value we do not implement unless it is the given one.</summary>
    public IReadOnlyList<(string Key, bool Supported)> RequiredFlags { get; init; } = [];

    /// <summary>Names of the weights.</summary>
    public required IReadOnlyList<WeightNames> Weights { get; init; }

    /// <summary>transformers refuses a hidden_size that is no multiple of the heads, also when head_dim is given (LlamaConfig).</summary>
    public bool HiddenMustDivideByHeads { get; init; }

    /// <summary>
    /// What stock transformers would refuse or misread in a checkpoint of this family with the given architecture; empty if it loads.
    /// </summary>
    public IReadOnlyList<string> ExportProblems(DecoderConfig config)
    {
        var problems = new List<string>();
        foreach (var heads in config.Layers.Select(l => l.QueryHeads).Distinct())
        {
            if (HeadDimKey is null && config.Hidden != heads * config.HeadDim)
            {
                problems.Add($"{Id} has no head_dim: {HiddenKey} {config.Hidden} must equal {heads} heads × {config.HeadDim}");
            }
            else if (HiddenMustDivideByHeads && config.Hidden % heads != 0)
            {
                problems.Add($"{Architecture} refuses {HiddenKey} {config.Hidden}: it is no multiple of {heads} heads");
            }
        }

        if (config.Layers.Select(l => (l.QueryHeads, l.KvGroups, l.Ffn)).Distinct().Count() > 1)
        {
            problems.Add($"layers of different widths are written as per_layer_config, which stock {Architecture} does not read");
        }

        return problems;
    }
}

/// <summary>How a family tells which layers use sliding-window attention.</summary>
public enum WindowRule
{
    /// <summary>None.</summary>
    Never,

    /// <summary>All layers when sliding_window is set (mistral, phi3).</summary>
    WhenSet,

    /// <summary>layer_types; otherwise layers from max_window_layers on when use_sliding_window (qwen2, qwen3).</summary>
    UseSlidingWindow,

    /// <summary>layer_types; otherwise all but every n-th layer (gemma2, gemma3).</summary>
    Periodic,
}
