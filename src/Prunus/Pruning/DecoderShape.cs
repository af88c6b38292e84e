using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>How wide and deep a pruned decoder shall be. Which indices stay is for importance to say.</summary>
/// <param name="Hidden">Residual channels.</param>
/// <param name="Ffn">MLP neurons of each donor layer.</param>
/// <param name="QueryHeads">Query heads of each donor layer, a multiple of its <paramref name="KvGroups"/>.</param>
/// <param name="KvGroups">Key-value heads of each donor layer.</param>
/// <param name="LayerCount">Layers that stay.</param>
public sealed record DecoderShape(int Hidden, IReadOnlyList<int> Ffn, IReadOnlyList<int> QueryHeads, IReadOnlyList<int> KvGroups, int LayerCount)
{
    /// <summary>The donor's own shape.</summary>
    public static DecoderShape Of(DecoderConfig donor) => new(
        donor.Hidden,
        [.. donor.Layers.Select(l => l.Ffn)],
        [.. donor.Layers.Select(l => l.QueryHeads)],
        [.. donor.Layers.Select(l => l.KvGroups)],
        donor.LayerCount);

    /// <summary>Whether all layers have the same widths, so that sizes do not depend on which of them stay.</summary>
    internal static bool IsUniform(DecoderConfig donor) => donor.Layers.Select(l => (l.QueryHeads, l.KvGroups, l.Ffn)).Distinct().Count() == 1;

    /// <summary>
    /// The architecture of this shape when the given donor layers stay. An embedding scale of sqrt(hidden) follows the new width, as a stock
    /// loader computes it.
    /// </summary>
    /// <param name="donor">The donor.</param>
    /// <param name="layers">The donor layers that stay, in order.</param>
    public DecoderConfig Apply(DecoderConfig donor, IReadOnlyList<int> layers) => donor with
    {
        Hidden = Hidden,
        EmbeddingScale = donor.EmbeddingScale != 1 && donor.EmbeddingScale == Math.Sqrt(donor.Hidden) ? Math.Sqrt(Hidden) : donor.EmbeddingScale,
        Layers = [.. layers.Select(i => donor.Layers[i] with { QueryHeads = QueryHeads[i], KvGroups = KvGroups[i], Ffn = Ffn[i] })],
    };
}
