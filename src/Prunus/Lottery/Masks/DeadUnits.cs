using Prunus.Vision;

namespace Prunus.Lottery.Masks;

/// <summary>Units of one axis and which of them no signal passes.</summary>
/// <param name="Axis">The layer whose outputs the units are, or <c>stream</c>.</param>
/// <param name="Dead">For each unit whether it is dead.</param>
public sealed record AxisUnits(string Axis, IReadOnlyList<bool> Dead)
{
    /// <summary>Number of dead units.</summary>
    public int DeadCount => Dead.Count(d => d);
}

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
    public static DeadUnits Of(VisionConfig config, MaskSet masks)
    {
        List<VisionParameter> weights = [.. config.Tensors().Where(t => t.IsPrunable)];
        var alive = weights.SelectMany(w => w.Axes.Zip(w.Shape)).Where(d => d.First.Name is not null).GroupBy(d => d.First.Name!)
            .ToDictionary(a => a.Key, a => Enumerable.Repeat(true, a.Max(d => d.First.Offset + ((int)d.Second / d.First.UnitSize))).ToArray(), StringComparer.Ordinal);
        var reached = new MaskSet(weights.Select(w => (w.Name, masks.Covers(w.Name) ? masks[w.Name] : Mask.Full(w.Shape))));
        var before = reached.Kept;
        for (var changed = true; changed;)
        {
            reached = new MaskSet(weights.Select(w => (w.Name, Reach(w, reached[w.Name], alive))));
            changed = Update(weights, reached, alive);
        }

        return new([.. alive.Select(a => new AxisUnits(a.Key, [.. a.Value.Select(u => !u)]))], reached, before - reached.Kept);
    }

    private static Mask Reach(VisionParameter weight, Mask mask, Dictionary<string, bool[]> alive)
    {
        bool[] outputs = Entries(weight, 0, alive), inputs = Entries(weight, 1, alive);
        return Mask.Where(mask.Shape, i => mask[i] && Out(weight, i, outputs) && In(weight, i, inputs));
    }

    private static bool Update(List<VisionParameter> weights, MaskSet reached, Dictionary<string, bool[]> alive)
    {
        var written = alive.ToDictionary(a => a.Key, a => new bool[a.Value.Length], StringComparer.Ordinal);
        var read = alive.ToDictionary(a => a.Key, a => new bool[a.Value.Length], StringComparer.Ordinal);
        foreach (var weight in weights)
        {
            foreach (var index in reached[weight.Name].KeptIndices())
            {
                Note(weight.Axes[0], (int)(index / weight.FanIn), written);
                Note(weight.Axes[1], (int)(index / (weight.FanIn / weight.Shape[1]) % weight.Shape[1]), read);
            }
        }

        var changed = false;
        foreach (var (axis, units) in alive)
        {
            for (var unit = 0; unit < units.Length; unit++)
            {
                var lives = units[unit] && written[axis][unit] && read[axis][unit];
                changed |= lives != units[unit];
                units[unit] = lives;
            }
        }

        return changed;
    }

    private static void Note(VisionAxis axis, int entry, Dictionary<string, bool[]> seen)
    {
        if (axis.Name is not null)
        {
            seen[axis.Name][axis.Offset + (entry / axis.UnitSize)] = true;
        }
    }

    // Whether each entry of a dimension belongs to a living unit; pixels and classes always do.
    private static bool[] Entries(VisionParameter weight, int dimension, Dictionary<string, bool[]> alive)
    {
        var axis = weight.Axes[dimension];
        return [.. Enumerable.Range(0, (int)weight.Shape[dimension]).Select(e => axis.Name is null || alive[axis.Name][axis.Offset + (e / axis.UnitSize)])];
    }

    private static bool Out(VisionParameter weight, int index, bool[] outputs) => outputs[(int)(index / weight.FanIn)];

    private static bool In(VisionParameter weight, int index, bool[] inputs) => inputs[(int)(index / (weight.FanIn / weight.Shape[1]) % weight.Shape[1])];
}
