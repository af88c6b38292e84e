namespace Prunus.Lottery.Masks;

/// <summary>What pruned weights are frozen at ("mask-0 actions"); kept ones start at their initial value unless it says otherwise. wi, wf: initial and trained weight.</summary>
public static class PrunedActions
{
    public static IReadOnlyList<MaskAction> All { get; } =
    [
        new("mask", "0", v => v.Pruned(_ => 0)),
        new("freeze-init", "wi", v => v.Pruned(i => v.Initial[i])),
        new("freeze-init-zero-mask", "0 where training moved the weight towards 0 (|wi| > |wf|), else wi", v => v.Pruned(i => Shrank(v, i) ? 0 : v.Initial[i])),
        new("freeze-init-zero-all", "the same, and kept weights that training moved towards 0 start at 0 too", v => Zeroed(v, i => Shrank(v, i))),
        new("freeze-init-zero-rev", "0 where training moved the weight away from 0 (|wi| < |wf|), else wi (control)",
            v => v.Pruned(i => Math.Abs(v.Initial[i]) < Math.Abs(v.Final[i]) ? 0 : v.Initial[i])),
        new("freeze-reinit", "another draw of the same law", v => v.Pruned(i => v.Fresh[i])),
        new("freeze-init-zero-reshuffle", "as many at 0 as in freeze-init-zero-mask, but chosen at random, else wi (control)", Reshuffled),
    ];

    /// <summary>The action of an id.</summary>
    /// <exception cref="PrunusInputException">There is none.</exception>
    public static MaskAction Named(string id) => MaskAction.Named(All, "action on pruned weights", id);

    private static float[] Reshuffled(ActionValues v)
    {
        int[] pruned = [.. Enumerable.Range(0, v.Mask.Count).Where(i => !v.Mask[i])];
        var zero = pruned.OrderBy(i => v.Keys[i]).Take(pruned.Count(i => Shrank(v, i))).ToHashSet();
        return Zeroed(v, zero.Contains);
    }

    private static float[] Zeroed(ActionValues v, Func<int, bool> zero)
    {
        var values = new float[v.Mask.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = zero(i) ? 0 : v.Initial[i];
        }

        return values;
    }

    private static bool Shrank(ActionValues v, int index) => Math.Abs(v.Initial[index]) > Math.Abs(v.Final[index]);
}
