using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>
/// Number of parameters as a polynomial in the axis widths, read off the axis annotations: outside the layers a + b·hidden; a layer
/// c + d·hidden + Σ over axes (e + f·hidden)·width. So a whole search needs sums of widths only, never a configuration.
/// </summary>
internal sealed class ParameterCount
{
    private readonly long[] _outside = new long[2], _perLayer = new long[2];
    private readonly Dictionary<Axis, long[]> _perUnit = new() { [Axis.Ffn] = new long[2], [Axis.QueryHeads] = new long[2], [Axis.KvGroups] = new long[2] };

    /// <param name="donor">Its first layer stands for all: layers differ in widths only.</param>
    /// <param name="nonEmbedding">Leave out embedding, positions and output head.</param>
    public ParameterCount(DecoderConfig donor, bool nonEmbedding)
    {
        foreach (var parameter in donor.Parameters().Where(p => p.Layer is null or 0))
        {
            if (nonEmbedding && parameter.Layer is null && parameter.Shape.Count == 2)
            {
                continue;
            }

            long factor = 1;
            var hidden = 0;
            Axis? unit = null;
            foreach (var (size, dimension) in parameter.Shape.Zip(parameter.Dimensions))
            {
                switch (dimension.Axis)
                {
                    case Axis.Hidden:
                        hidden++;
                        break;
                    case { } axis when _perUnit.ContainsKey(axis):
                        unit = axis;
                        factor *= dimension.UnitSize;
                        break;
                    default:
                        factor *= size;
                        break;
                }
            }

            (unit is { } of ? _perUnit[of] : parameter.Layer is null ? _outside : _perLayer)[hidden] += factor;
        }
    }

    /// <summary>Parameters of a shape; heads, groups and neurons are sums over its layers.</summary>
    public long Of(long hidden, long layers, long heads, long groups, long neurons) => checked(
        At(_outside, hidden) + (layers * At(_perLayer, hidden)) + (heads * At(_perUnit[Axis.QueryHeads], hidden))
        + (groups * At(_perUnit[Axis.KvGroups], hidden)) + (neurons * At(_perUnit[Axis.Ffn], hidden)));

    private static long At(long[] linear, long hidden) => checked(linear[0] + (linear[1] * hidden));
}
