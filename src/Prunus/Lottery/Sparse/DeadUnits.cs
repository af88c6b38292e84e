namespace Prunus.Lottery.Sparse;

/// <summary>Takes units out of a stack of linear layers that no longer do anything. The stack's values stay the same but for the rounding of a sum.</summary>
internal static class DeadUnits
{
    /// <summary>Smaller layers, and which inputs of the first one are still read.</summary>
    public static (int[] Inputs, IReadOnlyList<LinearLayer> Layers) Remove(IReadOnlyList<LinearLayer> layers)
    {
        var whole = layers.Select(l => l with { Weights = [.. l.Weights], Bias = [.. l.Bias] }).ToList();
        for (var i = 0; i < whole.Count - 1; i++)
        {
            FoldConstants(whole[i], whole[i + 1]);
        }

        var kept = whole.Select(l => Enumerable.Range(0, l.Rows).ToArray()).ToList();
        for (var i = whole.Count - 2; i >= 0; i--)
        {
            kept[i] = ReadColumns(whole[i + 1], kept[i + 1]);
        }

        var inputs = ReadColumns(whole[0], kept[0]);
        return (inputs, [.. whole.Select((l, i) => Cut(l, kept[i], i == 0 ? inputs : kept[i - 1]))]);
    }

    // A unit without inputs gives its bias, always: what it adds to the next layer goes into that layer's biases.
    private static void FoldConstants(LinearLayer layer, LinearLayer next)
    {
        var sums = next.Bias.Select(b => (double)b).ToArray();
        for (var unit = 0; unit < layer.Rows; unit++)
        {
            if (layer.Weights.AsSpan(unit * layer.Columns, layer.Columns).ContainsAnyExcept(0f))
            {
                continue;
            }

            var value = layer.Relu ? Math.Max(layer.Bias[unit], 0) : layer.Bias[unit];
            for (var row = 0; row < next.Rows; row++)
            {
                ref var weight = ref next.Weights[row * next.Columns + unit];
                sums[row] += (double)weight * value;
                weight = 0;
            }
        }

        for (var row = 0; row < next.Rows; row++)
        {
            next.Bias[row] = (float)sums[row];
        }
    }

    // Columns that one of the rows reads.
    private static int[] ReadColumns(LinearLayer layer, int[] rows)
    {
        var read = new bool[layer.Columns];
        foreach (var row in rows)
        {
            for (var column = 0; column < layer.Columns; column++)
            {
                read[column] |= layer.Weights[row * layer.Columns + column] != 0;
            }
        }

        return [.. Enumerable.Range(0, layer.Columns).Where(c => read[c])];
    }

    private static LinearLayer Cut(LinearLayer layer, int[] rows, int[] columns) => layer with
    {
        Rows = rows.Length,
        Columns = columns.Length,
        Weights = [.. rows.SelectMany(row => columns.Select(column => layer.Weights[row * layer.Columns + column]))],
        Bias = [.. rows.Select(row => layer.Bias[row])],
    };
}
