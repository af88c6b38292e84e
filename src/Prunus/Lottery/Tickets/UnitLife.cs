using Prunus.Lottery.Masks;
using Prunus.Vision;

namespace Prunus.Lottery.Tickets;

/// <summary>Units of one axis (outputs of a layer, or channels of a residual stream) that a mask has cut off.</summary>
/// <param name="Axis">The axis, named after its layer.</param>
/// <param name="Units">All units.</param>
/// <param name="WithoutInputs">Units that no kept weight leads to; they give a constant, that of their bias.</param>
/// <param name="WithoutOutputs">Units that no kept weight leads away from.</param>
/// <param name="Dead">Units on no path of kept weights from an input to a logit: the former two, and what is left without inputs or outputs once those are gone.</param>
public sealed record UnitLife(string Axis, int Units, int WithoutInputs, int WithoutOutputs, int Dead)
{
    /// <summary>All axes of an image net in the order of the pass.</summary>
    /// <param name="config">The net.</param>
    /// <param name="masks">Its masks; a weight without one is whole.</param>
    public static IReadOnlyList<UnitLife> Of(VisionConfig config, MaskSet masks)
    {
        var weights = config.Tensors().Where(t => t.IsPrunable).Select(t => (Spec: t, Mask: masks.Covers(t.Name) ? masks[t.Name] : Mask.Full(t.Shape))).ToList();
        var sizes = Sizes(weights.Select(w => w.Spec));
        var alive = sizes.ToDictionary(s => s.Key, s => Enumerable.Repeat(true, s.Value).ToArray());
        var first = Reach(weights, sizes, alive);
        for (var (reach, changed) = (first, true); changed; reach = Reach(weights, sizes, alive))
        {
            changed = false;
            foreach (var (axis, live) in alive)
            {
                for (var unit = 0; unit < live.Length; unit++)
                {
                    var still = live[unit] && reach.Inputs[axis][unit] && reach.Outputs[axis][unit];
                    changed |= still != live[unit];
                    live[unit] = still;
                }
            }
        }

        return [.. sizes.Select(s => new UnitLife(
            s.Key, s.Value, first.Inputs[s.Key].Count(x => !x), first.Outputs[s.Key].Count(x => !x), alive[s.Key].Count(x => !x)))];
    }

    // Units that a kept weight between living units leads to, and away from.
    private static (Dictionary<string, bool[]> Inputs, Dictionary<string, bool[]> Outputs) Reach(
        IEnumerable<(VisionParameter Spec, Mask Mask)> weights, Dictionary<string, int> sizes, Dictionary<string, bool[]> alive)
    {
        var (inputs, outputs) = (sizes.ToDictionary(s => s.Key, s => new bool[s.Value]), sizes.ToDictionary(s => s.Key, s => new bool[s.Value]));
        foreach (var (spec, mask) in weights)
        {
            var (to, from) = (spec.Axes[0], spec.Axes[1]);
            var (row, kernel) = ((int)spec.FanIn, (int)(spec.FanIn / spec.Shape[1]));
            foreach (var index in mask.KeptIndices())
            {
                var (unit, source) = (to.Offset + index / row / to.UnitSize, from.Offset + index % row / kernel / from.UnitSize);
                if ((to.Name is null || alive[to.Name][unit]) && (from.Name is null || alive[from.Name][source]))
                {
                    _ = to.Name is not null && (inputs[to.Name][unit] = true);
                    _ = from.Name is not null && (outputs[from.Name][source] = true);
                }
            }
        }

        return (inputs, outputs);
    }

    private static Dictionary<string, int> Sizes(IEnumerable<VisionParameter> weights)
    {
        var sizes = new Dictionary<string, int>();
        foreach (var (axis, size) in weights.SelectMany(w => w.Axes.Take(2).Zip(w.Shape)))
        {
            if (axis.Name is not null)
            {
                sizes[axis.Name] = Math.Max(sizes.GetValueOrDefault(axis.Name), axis.Offset + (int)size / axis.UnitSize);
            }
        }

        return sizes;
    }
}
