using Prunus.Decoders;
using Prunus.Pruning;

namespace Prunus.Search;

/// <summary>An architecture that a search compares.</summary>
/// <param name="Shape">Its widths.</param>
/// <param name="Parameters">All parameters, tied ones once.</param>
/// <param name="NonEmbedding">Those outside embedding, positions and output head.</param>
/// <param name="FlopsPerToken">Of a forward pass over the donor's positions.</param>
public sealed record Candidate(DecoderShape Shape, long Parameters, long NonEmbedding, double FlopsPerToken)
{
    /// <summary>Widths as text, unique in a search: hidden, ffn, query heads, kv heads, layers.</summary>
    public string Name => FormattableString.Invariant(
        $"h{Shape.Hidden}-f{Shape.Ffn.Max()}-q{Shape.QueryHeads.Max()}-g{Shape.KvGroups.Max()}-l{Shape.LayerCount}");

    internal static Candidate Of(DecoderConfig donor, DecoderShape shape)
    {
        var cost = DecoderCost.Of(shape.Apply(donor, [.. Enumerable.Range(0, shape.LayerCount)]));
        return new Candidate(shape, cost.Parameters, cost.NonEmbedding, cost.FlopsPerToken);
    }
}
