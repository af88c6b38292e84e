namespace Prunus.Pruning;

/// <summary>
/// What is measured as the importance of a unit. The published formulas leave room; every reading in use has its name here, the one that its
/// scores carry (<c>L3.ffn.act.l2_mean</c>).
/// </summary>
/// <param name="Id">Name in score keys, without the layer.</param>
/// <param name="Measures">What it is, per token, before aggregation.</param>
public sealed record Reading(string Id, string Measures)
{
    public static readonly Reading HiddenIn = new("hidden.in", "outputs of the norms before attention and MLP, scores summed over them (ModelOpt)");

    public static readonly Reading HiddenInFinal = new("hidden.in_final", "the same and the final norm");

    public static readonly Reading HiddenAll = new("hidden.all", "every norm, also those after attention and MLP");

    public static readonly Reading FfnAct = new("ffn.act", "input of the down projection, after the activation and the gate (ModelOpt)");

    public static readonly Reading FfnPre = new("ffn.pre", "up projection before the activation (the paper's formula, literally)");

    public static readonly Reading FfnPreGate = new("ffn.pre_gate", "gate projection before the activation");

    public static readonly Reading HeadPaper = new("head.paper", "L2 norm of a head's attention output per token (the paper's formula)");

    public static readonly Reading HeadModelOpt = new("head.modelopt", "channels of a head's attention output aggregated one by one, then their L2 norm (ModelOpt)");

    public static readonly Reading GroupNorm = new("group.norm", "L2 norm per token over all query heads of a kv group");

    public static readonly Reading GroupModelOptNorm = new("group.modelopt_norm", "all channels of a kv group aggregated one by one, then their L2 norm");

    public static readonly Reading GroupHeadSum = new("group.headsum", "sum of head.paper over the query heads of a kv group");

    public static readonly Reading AttentionChannel = new("attn_channel", "each channel that enters the attention output projection");

    public static readonly Reading Norms = new("norm", "output of each norm by itself");

    public static readonly Reading BlockInfluence = new("bi", "1 - mean cosine of a layer's input and output over all tokens (ShortGPT, Men et al. 2024)");

    /// <summary>Every reading.</summary>
    public static IReadOnlyList<Reading> All { get; } =
    [
        HiddenIn, HiddenInFinal, HiddenAll, FfnAct, FfnPre, FfnPreGate, HeadPaper, HeadModelOpt, GroupNorm, GroupModelOptNorm, GroupHeadSum,
        AttentionChannel, Norms, BlockInfluence,
    ];

    /// <summary>What planning uses unless told otherwise: one reading for each axis.</summary>
    public static IReadOnlyList<Reading> ForPlanning { get; } = [HiddenIn, FfnAct, HeadModelOpt, GroupModelOptNorm, BlockInfluence];

    /// <summary>The readings of a published score file: all but the raw ones.</summary>
    public static IReadOnlyList<Reading> Published { get; } = [.. All.Where(r => r != AttentionChannel && r != Norms)];
}
