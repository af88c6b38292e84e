using Prunus.Lottery.Masks;
using Prunus.Vision;

namespace Prunus.Lottery.Sparse;

/// <summary>Takes units out of a stack of linear layers that no longer do anything (<see cref="DeadUnits"/>). The stack's values stay the same but for the rounding of a sum.</summary>
/// <param name="Inputs">Inputs of the first layer that are still read.</param>
/// <param name="Layers">The smaller layers.</param>
internal sealed record CompactLayers(int[] Inputs, IReadOnlyList<LinearLayer> Layers)
{
    /// <summary>Of layers that follow one another.</summary>
    public static CompactLayers Of(IReadOnlyList<LinearLayer> layers)
    {
        var dead = DeadUnits.Of([.. layers.Select((l, i) => new MaskedWeight(
            $"{i}", i + 1 < layers.Count ? new VisionAxis($"{i}") : VisionAxis.Fixed, i > 0 ? new VisionAxis($"{i - 1}") : VisionAxis.Fixed, Mask.Where([l.Rows, l.Columns], at => l.Weights[at] != 0)))]);
        int[][] living = [.. dead.Axes.Select(a => Enumerable.Range(0, a.Dead.Count).Where(u => !a.Dead[u]).ToArray()), [.. Enumerable.Range(0, layers[^1].Rows)]];
        var biases = layers.Select(l => l.Bias).ToArray();
        for (var i = 0; i + 1 < layers.Count; i++)
        {
            biases[i + 1] = Folded(layers[i] with { Bias = biases[i] }, layers[i + 1], dead.Axes[i].Dead);
        }

        var first = layers[0].Columns;
        int[] inputs = [.. dead.Reached["0"].KeptIndices().Select(at => at % first).Distinct().Order()];
        return new(inputs, [.. layers.Select((l, i) => Cut(l with { Bias = biases[i] }, living[i], i == 0 ? inputs : living[i - 1]))]);
    }

    // What a dead unit with outputs to living ones gives is a constant, its bias: it goes into the biases of the next layer. Dead units without inputs come before those that only they lead to.
    private static float[] Folded(LinearLayer layer, LinearLayer next, IReadOnlyList<bool> dead)
    {
        var sums = next.Bias.Select(b => (double)b).ToArray();
        for (var unit = 0; unit < layer.Rows; unit++)
        {
            for (var row = 0; dead[unit] && row < next.Rows; row++)
            {
                sums[row] += (double)next.Weights[row * next.Columns + unit] * (layer.Relu ? Math.Max(layer.Bias[unit], 0) : layer.Bias[unit]);
            }
        }

        return [.. sums.Select(s => (float)s)];
    }

    private static LinearLayer Cut(LinearLayer layer, int[] rows, int[] columns) => layer with
    {
        Rows = rows.Length,
        Columns = columns.Length,
        Weights = [.. rows.SelectMany(row => columns.Select(column => layer.Weights[row * layer.Columns + column]))],
        Bias = [.. rows.Select(row => layer.Bias[row])],
    };
}
