using Prunus.Decoders;

namespace Prunus.Lottery.Masks;

/// <summary>
/// Dead units of a decoder: FFN units and query heads that no signal passes. The residual stream goes around blocks, so that units of one layer never kill those of another.
/// An FFN unit is the product of its gate (0 where the gate's row is empty, all activations being 0 at 0) and its row of <c>up</c>, times its column of <c>down</c>: one empty part
/// ends it. With biases in the MLP an empty row is a constant, and a gated unit needs both empty. A query head gives attention over its group's values: it needs an entry of the
/// head whose row of <c>v</c> and column of <c>o</c> both keep something. Empty rows of <c>q</c> and <c>k</c> do not end it; it then attends evenly.
/// </summary>
internal static class DecoderUnits
{
    /// <summary>Finds them.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="masks">What is kept of matrices by their canonical names; weights without a mask are all kept.</param>
    public static DeadUnits Of(DecoderConfig config, MaskSet masks)
    {
        var (axes, reached) = (new List<AxisUnits>(), new Dictionary<string, Mask>(StringComparer.Ordinal));
        for (var i = 0; i < config.LayerCount; i++)
        {
            var layer = new LayerMasks(masks, reached, $"layers.{i}");
            axes.Add(Heads(config, config.Layers[i], layer));
            axes.Add(Ffn(config, config.Layers[i].Ffn, layer));
        }

        var left = masks.Select((name, mask) => reached.GetValueOrDefault(name, mask));
        return new(axes, left, masks.Kept - left.Kept);
    }

    private static AxisUnits Ffn(DecoderConfig config, int units, LayerMasks layer)
    {
        bool[] gate = config.Gated ? layer.Rows("mlp.gate", units) : [], up = layer.Rows("mlp.up", units), down = layer.Columns("mlp.down", units);
        bool[] written = [.. up.Select((kept, u) => !config.Gated ? kept : config.MlpBias ? kept || gate[u] : kept && gate[u])];
        bool[] alive = [.. written.Zip(down, (w, r) => w && r)];
        layer.KeepRows("mlp.gate", alive);
        layer.KeepRows("mlp.up", alive);
        layer.KeepColumns("mlp.down", alive);
        return Units($"{layer.Prefix}.ffn", alive, written, down);
    }

    private static AxisUnits Heads(DecoderConfig config, LayerConfig sizes, LayerMasks layer)
    {
        var (heads, groups, width) = (sizes.QueryHeads, sizes.KvGroups, config.HeadDim);
        bool[] values = layer.Rows("attn.v", groups * width), outputs = layer.Columns("attn.o", heads * width);
        int[] source = [.. Enumerable.Range(0, heads * width).Select(e => (e / width / (heads / groups) * width) + (e % width))];
        bool[] entries = [.. source.Select((v, e) => values[v] && outputs[e])];
        var alive = Any(entries, width);
        layer.KeepColumns("attn.o", entries);
        layer.KeepRows("attn.v", [.. Enumerable.Range(0, groups * width).Select(v => source.Index().Any(s => s.Item == v && entries[s.Index]))]);
        layer.KeepRows("attn.q", Spread(alive, width));
        layer.KeepRows("attn.k", Spread(Any(alive, heads / groups), width));
        return Units($"{layer.Prefix}.query-heads", alive, Any([.. source.Select(v => values[v])], width), Any(outputs, width));
    }

    private static AxisUnits Units(string axis, bool[] alive, bool[] written, bool[] read) =>
        new(axis, [.. alive.Select(u => !u)], written.Count(u => !u), read.Count(u => !u));

    private static bool[] Any(bool[] entries, int size) => [.. entries.Chunk(size).Select(c => c.Contains(true))];

    private static bool[] Spread(bool[] units, int size) => [.. units.SelectMany(u => Enumerable.Repeat(u, size))];

    // Masks of a layer's matrices [out, in], and what of them lies at living units.
    private sealed record LayerMasks(MaskSet Masks, Dictionary<string, Mask> Reached, string Prefix)
    {
        public bool[] Rows(string matrix, int rows) => Touched(matrix, rows, (index, columns) => index / columns);

        public bool[] Columns(string matrix, int columns) => Touched(matrix, columns, (index, width) => index % width);

        public void KeepRows(string matrix, bool[] alive) => Keep(matrix, (index, columns) => alive[index / columns]);

        public void KeepColumns(string matrix, bool[] alive) => Keep(matrix, (index, columns) => alive[index % columns]);

        private bool[] Touched(string matrix, int units, Func<int, int, int> unitOf)
        {
            if (MaskOf(matrix) is not { } mask)
            {
                return [.. Enumerable.Repeat(true, units)];
            }

            var touched = new bool[units];
            foreach (var index in mask.KeptIndices())
            {
                touched[unitOf(index, (int)mask.Shape[1])] = true;
            }

            return touched;
        }

        private void Keep(string matrix, Func<int, int, bool> lives)
        {
            if (MaskOf(matrix) is { } mask)
            {
                Reached[Name(matrix)] = Mask.Where(mask.Shape, i => mask[i] && lives(i, (int)mask.Shape[1]));
            }
        }

        private Mask? MaskOf(string matrix) => Masks.Covers(Name(matrix)) ? Masks[Name(matrix)] : null;

        private string Name(string matrix) => $"{Prefix}.{matrix}.weight";
    }
}
