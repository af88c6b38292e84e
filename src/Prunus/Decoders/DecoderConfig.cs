using System.Text.Json.Nodes;

namespace Prunus.Decoders;

public enum Activation { Silu, Relu, ReluSquared, GeluErf, GeluTanh }

public enum NormKind { RmsNorm, LayerNorm }

/// <summary>Widths of one layer; layers may differ.</summary>
/// <param name="QueryHeads">Query heads, a multiple of <paramref name="KvGroups"/>.</param>
/// <param name="KvGroups">Key-value heads.</param>
/// <param name="Ffn">MLP neurons.</param>
/// <param name="Window">Sliding attention window in tokens, or null for full causal attention.</param>
/// <param name="LocalRope">Whether the layer uses the local rotary table (gemma3's sliding layers).</param>
public sealed record LayerConfig(int QueryHeads, int KvGroups, int Ffn, int? Window = null, bool LocalRope = false);

/// <summary>llama3's wavelength-dependent rescaling of rotary frequencies.</summary>
public sealed record Llama3RopeScaling(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalMaxPositions);

/// <summary>Rotary position embedding: base, rotated share of the head, and scaling.</summary>
/// <param name="Theta">Base of the geometric frequency progression.</param>
/// <param name="RotaryDim">Leading entries of each head that are rotated.</param>
/// <param name="LinearFactor">Positions are divided by this (linear scaling); 1 = none.</param>
/// <param name="Llama3">llama3 scaling, or null.</param>
public sealed record RopeConfig(double Theta, int RotaryDim, double LinearFactor = 1, Llama3RopeScaling? Llama3 = null);

/// <summary>A causal language model's architecture, free of any family's spelling. Widths of heads and MLP are per layer.</summary>
public sealed record DecoderConfig
{
    /// <summary>Id of the family that read it (<c>llama</c>, <c>gpt2</c> …); only export and naming look at it.</summary>
    public required string Family { get; init; }

    public required int VocabSize { get; init; }

    public required int Hidden { get; init; }

    public required int HeadDim { get; init; }

    /// <summary>One entry per layer.</summary>
    public required IReadOnlyList<LayerConfig> Layers { get; init; }

    /// <summary>Positions the model was made for; also the rows of a learned position table less <see cref="PositionOffset"/>.</summary>
    public required int MaxPositions { get; init; }

    public NormKind Norm { get; init; } = NormKind.RmsNorm;

    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Stored norm weights are w - 1 (gemma, nemotron): the norm multiplies by 1 + weight.</summary>
    public bool NormPlusOne { get; init; }

    public Activation Activation { get; init; } = Activation.Silu;

    /// <summary>MLP is act(gate(x)) · up(x); otherwise act(up(x)).</summary>
    public bool Gated { get; init; } = true;

    public bool TiedEmbeddings { get; init; }

    public bool QkvBias { get; init; }

    public bool OutputBias { get; init; }

    public bool MlpBias { get; init; }

    /// <summary>RMSNorm over head_dim on queries and keys (qwen3, gemma3).</summary>
    public bool QkNorm { get; init; }

    /// <summary>Norms after attention and after the MLP, before the residual sum (gemma2, gemma3).</summary>
    public bool PostNorms { get; init; }

    /// <summary>Attention and MLP both read the block's input (gpt_neox).</summary>
    public bool ParallelResidual { get; init; }

    /// <summary>Rotary embedding, or null where positions are learned.</summary>
    public RopeConfig? Rope { get; init; }

    /// <summary>Rotary embedding of layers with <see cref="LayerConfig.LocalRope"/>.</summary>
    public RopeConfig? LocalRope { get; init; }

    /// <summary>Rows of the learned position table before position 0 (opt: 2); null = no learned positions.</summary>
    public int? PositionOffset { get; init; }

    /// <summary>Attention scores are multiplied by this; default 1/sqrt(head_dim).</summary>
    public double AttentionScale { get; init; }

    /// <summary>Scores become cap · tanh(score / cap) (gemma2); null = none.</summary>
    public double? AttentionSoftCap { get; init; }

    /// <summary>Logits become cap · tanh(logit / cap) (gemma2); null = none.</summary>
    public double? LogitSoftCap { get; init; }

    /// <summary>Embedding output is multiplied by this (gemma: sqrt(hidden)).</summary>
    public double EmbeddingScale { get; init; } = 1;

    public int LayerCount => Layers.Count;

    /// <summary>Reads a Hugging Face config.json in either form in the wild.</summary>
    /// <param name="config">The document.</param>
    /// <param name="subject">File named in errors.</param>
    /// <exception cref="PrunusInputException">Unknown model_type, a missing or absurd value.</exception>
    public static DecoderConfig FromHuggingFace(JsonObject config, string subject) => DecoderConfigReader.Read(config, subject);

    /// <summary>
    /// The donor's config.json with this architecture's numbers in place; unknown keys are kept. Layers that differ are written as
    /// <c>per_layer_config</c>.
    /// </summary>
    public JsonObject ToHuggingFace(JsonObject donor) => DecoderConfigWriter.Write(this, donor);

    /// <summary>All parameters in canonical naming with shapes and axes, tied head left out. Order: embedding, layers, final norm, head.</summary>
    public IReadOnlyList<ParameterSpec> Parameters() => [.. DecoderParameters.List(this)];
}
