using Prunus.Vision;

namespace Prunus.Lottery.Masks;

/// <summary>
/// Hidden units and channels that no signal passes: every incoming or every outgoing weight is gone. Weights at a dead unit are gone too, which may kill others, until nothing
/// changes. A unit without incoming weights still gives a constant (its bias), which can be folded into the next layer's.
/// </summary>
/// <param name="Axes">Units in the order of the pass.</param>
/// <param name="Reached">The masks without weights that start or end at a dead unit.</param>
/// <param name="Useless">Kept weights that start or end at a dead unit.</param>
public sealed record DeadUnits(IReadOnlyList<AxisUnits> Axes, MaskSet Reached, long Useless)
{
    /// <summary>Finds them in a net of linear and convolution layers; a channel of a residual stream has the weights of all blocks that write to or read from it.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="masks">What is kept; weights without a mask are all kept.</param>
    public static DeadUnits Of(VisionConfig config, MaskSet masks) =>
        Of([.. config.Tensors().Where(t => t.IsPrunable).Select(t => new MaskedWeight(t.Name, t.Axes[0], t.Axes[1], masks.Covers(t.Name) ? masks[t.Name] : Mask.Full(t.Shape)))]);

    /// <summary>Finds them in any layers of weights, in the order of the pass.</summary>
    internal static DeadUnits Of(IReadOnlyList<MaskedWeight> weights)
    {
        var alive = weights.SelectMany(w => (IEnumerable<(VisionAxis Axis, long Size)>)[(w.Outputs, w.Mask.Shape[0]), (w.Inputs, w.Mask.Shape[1])])
            .Where(d => d.Axis.Name is not null).GroupBy(d => d.Axis.Name!)
            .ToDictionary(a => a.Key, a => Enumerable.Repeat(true, a.Max(d => d.Axis.Offset + ((int)d.Size / d.Axis.UnitSize))).ToArray(), StringComparer.Ordinal);
        var first = Touched(weights, alive);
        var (reached, touched) = (weights, first);
        while (Update(alive, touched))
        {
            reached = [.. reached.Select(w => w.Between(alive))];
            touched = Touched(reached, alive);
        }

        return new(
            [.. alive.Select(a => new AxisUnits(a.Key, [.. a.Value.Select(u => !u)], first.Written[a.Key].Count(u => !u), first.Read[a.Key].Count(u => !u)))],
            new MaskSet(reached.Select(w => (w.Name, w.Mask))), weights.Sum(w => (long)w.Mask.Kept) - reached.Sum(w => (long)w.Mask.Kept));
    }

    // Units that kept weights lead to, and away from.
    private static (Dictionary<string, bool[]> Written, Dictionary<string, bool[]> Read) Touched(IReadOnlyList<MaskedWeight> weights, Dictionary<string, bool[]> alive)
    {
        var written = alive.ToDictionary(a => a.Key, a => new bool[a.Value.Length], StringComparer.Ordinal);
        var read = alive.ToDictionary(a => a.Key, a => new bool[a.Value.Length], StringComparer.Ordinal);
        foreach (var weight in weights)
        {
            foreach (var index in weight.Mask.KeptIndices())
            {
                Note(weight.Outputs.Name, weight.OutputOf(index), written);
                Note(weight.Inputs.Name, weight.InputOf(index), read);
            }
        }

        return (written, read);

        static void Note(string? axis, int unit, Dictionary<string, bool[]> seen)
        {
            if (axis is not null)
            {
                seen[axis][unit] = true;
            }
        }
    }

    private static bool Update(Dictionary<string, bool[]> alive, (Dictionary<string, bool[]> Written, Dictionary<string, bool[]> Read) touched)
    {
        var changed = false;
        foreach (var (axis, units) in alive)
        {
            for (var unit = 0; unit < units.Length; unit++)
            {
                var lives = units[unit] && touched.Written[axis][unit] && touched.Read[axis][unit];
                changed |= lives != units[unit];
                units[unit] = lives;
            }
        }

        return changed;
    }
}
