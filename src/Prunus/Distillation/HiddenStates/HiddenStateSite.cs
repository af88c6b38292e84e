using Prunus.Decoders;

namespace Prunus.Distillation.HiddenStates;

/// <summary>A kind of state that student and teacher can be compared at.</summary>
/// <param name="Id">Name in options: <c>output</c>.</param>
/// <param name="Title">What is compared.</param>
/// <param name="Layered">Whether there is one in every layer, so that a layer map is needed.</param>
/// <param name="Relations">Whether token-to-token relations are compared instead of the states themselves; widths may then differ freely.</param>
/// <param name="Places">Where they are seen in a forward pass, given the layer and the number of layers.</param>
public sealed record HiddenStateSite(string Id, string Title, bool Layered, bool Relations, Func<int, int, IReadOnlyList<StatePlace>> Places)
{
    /// <summary>Output of the embedding (L_emb), scaled and with learned positions, before any norm.</summary>
    public static HiddenStateSite Embedding { get; } = new("embedding", "output of the embedding", false, false, (_, _) => [new(DecoderSite.Embedding, -1)]);

    /// <summary>Queries, keys and values of a layer (L_att), compared by their self-relations.</summary>
    public static HiddenStateSite Attention { get; } = new(
        "attention", "relations among queries, among keys and among values", true, true,
        (layer, _) => [new(DecoderSite.Query, layer), new(DecoderSite.Key, layer), new(DecoderSite.Value, layer)]);

    /// <summary>Input of a block (L_i), after its first norm.</summary>
    public static HiddenStateSite Input { get; } = new("input", "input of the block, after the norm before attention", true, false, (layer, _) => [new(DecoderSite.NormAttentionIn, layer)]);

    /// <summary>Input of a block's MLP, after the norm before it.</summary>
    public static HiddenStateSite MlpInput { get; } = new("mlp-input", "input of the MLP, after the norm before it", true, false, (layer, _) => [new(DecoderSite.NormMlpIn, layer)]);

    /// <summary>Output of a block (L_o), after the norm that follows: the next block's first, or the final one.</summary>
    public static HiddenStateSite Output { get; } = new(
        "output", "output of the block, after the norm that follows", true, false,
        (layer, layers) => [layer + 1 < layers ? new(DecoderSite.NormAttentionIn, layer + 1) : new(DecoderSite.NormFinal, -1)]);

    /// <summary>Output of a block as it is in the residual stream.</summary>
    public static HiddenStateSite RawOutput { get; } = new("output-raw", "output of the block, before any norm", true, false, (layer, _) => [new(DecoderSite.LayerOutput, layer)]);

    /// <summary>What the output head sees.</summary>
    public static HiddenStateSite Final { get; } = new("final", "output of the final norm", false, false, (_, _) => [new(DecoderSite.NormFinal, -1)]);

    /// <summary>Every site, in the order shown to users.</summary>
    public static IReadOnlyList<HiddenStateSite> All { get; } = [Embedding, Attention, Input, MlpInput, Output, RawOutput, Final];

    /// <summary>The site with that id, or null.</summary>
    public static HiddenStateSite? Find(string id) => All.FirstOrDefault(site => site.Id == id);

    public override string ToString() => Id;
}

/// <summary>A value of a forward pass.</summary>
/// <param name="Site">Kind of place.</param>
/// <param name="Layer">Layer index; -1 outside the layers.</param>
public readonly record struct StatePlace(DecoderSite Site, int Layer);
