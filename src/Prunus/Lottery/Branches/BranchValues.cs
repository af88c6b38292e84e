using Prunus.Lottery.Masks;
using Prunus.Vision;

namespace Prunus.Lottery.Branches;

/// <summary>Other starting values under the same masks.</summary>
public static class BranchValues
{
    private const ulong ReuseStream = 3UL << 32;

    /// <summary>Fresh values of an image net's tensors, row-major, without touching libtorch; equal to those of <see cref="VisionNet.Initialise"/>.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="initialisation">One of <see cref="VisionInitialisations.All"/>.</param>
    /// <returns>From a seed to values by name.</returns>
    public static Func<long, IReadOnlyDictionary<string, float[]>> Drawing(VisionConfig config, VisionInitialisation initialisation) =>
        seed => config.Tensors().ToDictionary(t => t.Name, t =>
        {
            var values = new float[t.ElementCount];
            VisionWeights.Fill(t, initialisation, seed, values);
            return values;
        }, StringComparer.Ordinal);

    // A control that redraws the ticket's own values would be the ticket.
    internal static IReadOnlyDictionary<string, float[]> Redrawn(BranchInput input)
    {
        var values = input.Draw(input.Seed);
        return input.Masks.Names.All(n => values[n].AsSpan().SequenceEqual(input.Initial[n]))
            ? throw new PrunusInputException("branch", $"seed {input.Seed} draws the ticket's own initial values", "give the branch another seed")
            : values;
    }

    internal static Dictionary<string, float[]> Reused(BranchInput input, bool ownSign) => Changed(input, (name, mask) =>
    {
        var initial = input.Initial[name];
        float[] surviving = [.. mask.KeptIndices().Select(i => initial[i])];
        var generator = RandomMasks.Generator(name, input.Seed, ReuseStream);
        var values = new float[mask.Count];
        foreach (var index in mask.KeptIndices())
        {
            var drawn = surviving[generator.Below((ulong)index, surviving.Length)];
            values[index] = ownSign ? Math.Abs(drawn) * Sign(initial[index]) : drawn;
        }

        return values;
    });

    internal static Dictionary<string, float[]> Constants(BranchInput input) => Changed(input, (name, mask) =>
    {
        var size = ActionValues.DeviationOf(input.Initial[name]);
        return Array.ConvertAll(input.Initial[name], w => (float)(Sign(w) * size));
    });

    // Trained values matter to actions on pruned weights alone.
    internal static Dictionary<string, float[]> Acted(BranchInput input, MaskAction action)
    {
        var fresh = Redrawn(input);
        return Changed(input, (name, mask) => action.Apply(ActionValues.Draw(name, mask, input.Initial[name], input.Trained[name], fresh[name], input.Seed)));
    }

    // What no mask covers starts as the ticket's.
    private static Dictionary<string, float[]> Changed(BranchInput input, Func<string, Mask, float[]> change) =>
        input.Rewound.ToDictionary(v => v.Key, v => input.Masks.Covers(v.Key) ? change(v.Key, input.Masks[v.Key]) : v.Value, StringComparer.Ordinal);

    private static int Sign(float value) => value > 0 ? 1 : value < 0 ? -1 : 0;
}
