using Prunus.Lottery.Masks;
using Prunus.Randomness;

namespace Prunus.Lottery.Branches;

/// <summary>Masks at other places.</summary>
internal static class BranchMasks
{
    private const ulong OverallStream = 0x5348_5546_464C_45;

    /// <summary>Each mask with its number of weights at random places. A uniform permutation of a mask is a uniform mask of its count.</summary>
    public static MaskSet ShuffledInLayers(MaskSet masks, long seed) => masks.Select((name, mask) => RandomMasks.Draw(name, mask.Shape, mask.Kept, seed));

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
