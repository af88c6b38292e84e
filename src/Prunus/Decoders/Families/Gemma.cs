namespace Prunus.Decoders.Families;

/// <summary>Gemma 1, 2 and 3 (text): norms stored as w - 1, embeddings scaled by sqrt(hidden).</summary>
internal static class Gemma
{
    private static readonly IReadOnlyList<WeightNames> PostNormNames =
    [
        .. Llama.Names.Where(n => n.Parts[0] != "layers.{i}.norm_mlp_in"),
        new("model.layers.{i}.post_attention_layernorm", "layers.{i}.norm_attn_post"),
        new("model.layers.{i}.pre_feedforward_layernorm", "layers.{i}.norm_mlp_in"),
        new("model.layers.{i}.post_feedforward_layernorm", "layers.{i}.norm_mlp_post"),
    ];

    public static readonly DecoderFamily Family = new()
    {
        Id = "gemma",
        ModelTypes = ["gemma"],
        Architecture = "GemmaForCausalLM",
        NormPlusOne = true,
        ScaledEmbedding = true,
        DefaultHeadDim = 256,
        DefaultTied = true,
        DefaultActivation = "gelu_pytorch_tanh",
        DefaultMaxPositions = 8192,
        QkvBias = ("attention_bias", false),
        OutputBias = ("attention_bias", false),
        Weights = Llama.Names,
    };

    public static readonly DecoderFamily Family2 = Family with
    {
        Id = "gemma2",
        ModelTypes = ["gemma2"],
        Architecture = "Gemma2ForCausalLM",
        ActivationKey = "hidden_activation",
        PostNorms = true,
        Windows = WindowRule.Periodic,
        WindowPeriod = 2,
        Weights = PostNormNames,
    };

    public static readonly DecoderFamily Family3 = Family2 with
    {
        Id = "gemma3",
        ModelTypes = ["gemma3_text"],
        Architecture = "Gemma3ForCausalLM",
        QkNorm = true,
        WindowPeriod = 6,
        DefaultRopeTheta = 1_000_000,
        DefaultMaxPositions = 131072,
        Weights =
        [
            .. PostNormNames,
            new("model.layers.{i}.self_attn.q_norm", "layers.{i}.attn.q_norm"),
            new("model.layers.{i}.self_attn.k_norm", "layers.{i}.attn.k_norm"),
        ],
    };
}
