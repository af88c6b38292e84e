using Prunus.Lottery.Masks;
using Prunus.Randomness;

namespace Prunus.Lottery.Branches;

/// <summary>Masks at other places.</summary>
internal static class BranchMasks
{
    private const ulong OverallStream = 0x5348_5546_464C_45;

    /// <summary>Each mask with its number of weights at random places. A uniform permutation of a mask is a uniform mask of its count.</summary>
    public static MaskSet ShuffledInLayers(MaskSet masks, long seed) => masks.Select((name, mask) => RandomMasks.Draw(name, mask.Shape, mask.Kept, seed));

    /// <summary>
    /// Random masks of one density, that of all masks together. Each keeps floor(kept · n / N) of its n weights, and one more goes to those with the largest remainders (of equal ones to the
    /// earlier) until all N hold as many as before.
    /// </summary>
    public static MaskSet Even(MaskSet masks, long seed)
    {
        var (kept, all) = (masks.Kept, masks.Count);
        var shares = masks.Names.Select(name => Math.DivRem(kept * masks[name].Count, all)).ToArray();
        int[] raised = [.. Enumerable.Range(0, shares.Length).OrderByDescending(i => shares[i].Remainder).Take((int)(kept - shares.Sum(s => s.Quotient)))];
        var at = 0;
        return masks.Select((name, mask) =>
        {
            var layer = at++;
            return RandomMasks.Draw(name, mask.Shape, (int)shares[layer].Quotient + (raised.Contains(layer) ? 1 : 0), seed);
        });
    }

    /// <summary>All weights of all masks at random places of all masks: layers get densities near the net's.</summary>
    public static MaskSet ShuffledOverall(MaskSet masks, long seed)
    {
        var order = new Philox4x32(unchecked((ulong)seed), OverallStream).Permutation(checked((int)masks.Count));
        var kept = new bool[order.Length];
        foreach (var index in order.AsSpan(0, (int)masks.Kept))
        {
            kept[index] = true;
        }

        var start = 0;
        return masks.Select((_, mask) =>
        {
            var first = start;
            start += mask.Count;
            return Mask.Of(mask.Shape, kept.AsSpan(first, mask.Count));
        });
    }
}
