using System.Numerics;

namespace Prunus.Lottery.Masks;

/// <summary>What a cut left.</summary>
/// <param name="Masks">What is kept.</param>
/// <param name="Emptied">Layers that lost their last weight in this cut: nothing passes them but their bias.</param>
/// <param name="HeldBack">Weights that would have gone but for <see cref="MaskCutOptions.MinimumKeep"/>.</param>
public sealed record MaskCutResult(MaskSet Masks, IReadOnlyList<string> Emptied, long HeldBack);

/// <summary>Prunes the survivors with the lowest scores. Ties: of equal scores the one earlier in (order of the pass, flat row-major index) goes first.</summary>
public static class MaskCut
{
    /// <summary>One round: a share of the survivors goes.</summary>
    /// <param name="tensors">Tensors of the net, in the order of the pass.</param>
    /// <param name="masks">What has survived so far.</param>
    /// <param name="scores">For each tensor with a rate above 0 a score for every element, row-major; those of pruned elements are never read.</param>
    /// <param name="options">Rates, scope, rule.</param>
    /// <exception cref="PrunusInputException">The options are at fault, or a survivor's score is NaN.</exception>
    public static MaskCutResult Round<T>(IReadOnlyList<TicketTensor> tensors, MaskSet masks, IReadOnlyDictionary<string, T[]> scores, MaskCutOptions options)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        options.Validate();
        return Pooled([.. options.Pools(tensors)], p => p.Pool, masks, scores, options.MinimumKeep, (pool, layers, free) =>
            options.Rule == MaskRule.Count ? Counted(free, MaskRates.CountOf(Alive(layers), pool.Rate)) : Exceeding(layers, free, pool.Rate));
    }

    /// <summary>Cuts to counts at once, of layers or of what is ranked together.</summary>
    /// <param name="masks">What has survived so far.</param>
    /// <param name="scores">For each tensor of a pool a score for every element.</param>
    /// <param name="pools">What to keep; tensors that they do not name stay.</param>
    /// <param name="minimumKeep">As <see cref="MaskCutOptions.MinimumKeep"/>.</param>
    /// <exception cref="PrunusInputException">A survivor's score is NaN.</exception>
    public static MaskCutResult ToCounts<T>(MaskSet masks, IReadOnlyDictionary<string, T[]> scores, IReadOnlyList<MaskPool> pools, int minimumKeep = 0)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Pooled(pools, p => p.Tensors, masks, scores, minimumKeep, (pool, layers, free) => Counted(free, Math.Max(0, Alive(layers) - pool.Kept)));

    /// <summary>Cuts every layer to a count at once: one-shot pruning at the sparsity that iterative pruning reached.</summary>
    /// <param name="masks">What has survived so far.</param>
    /// <param name="scores">For each layer that is cut a score for every element.</param>
    /// <param name="kept">Weights to keep, by name; layers that it does not name stay.</param>
    /// <exception cref="PrunusInputException">A layer has fewer survivors than are to be kept, or a survivor's score is NaN.</exception>
    public static MaskCutResult ToCounts<T>(MaskSet masks, IReadOnlyDictionary<string, T[]> scores, IReadOnlyDictionary<string, int> kept)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Result(masks, kept.ToDictionary(k => k.Key, k => masks[k.Key].Kept < k.Value || k.Value < 0
            ? throw new PrunusInputException($"mask of {k.Key}", $"has {masks[k.Key].Kept} weights, {k.Value} cannot be kept", "ask for fewer")
            : LowestScores.Cut([Layer(k.Key, masks, scores)], masks[k.Key].Kept - k.Value)[0]), 0);

    /// <summary>One mask without its lowest survivors.</summary>
    /// <param name="mask">What has survived so far.</param>
    /// <param name="scores">A score for every element.</param>
    /// <param name="count">How many go; all, where there are fewer.</param>
    public static Mask Lowest<T>(Mask mask, T[] scores, long count)
        where T : unmanaged, IFloatingPointIeee754<T> => LowestScores.Cut([new LowestScores.Layer<T>("a mask", mask, scores)], count)[0];

    internal static MaskCutResult Result(MaskSet masks, Dictionary<string, Mask> cut, long heldBack) => new(
        masks.Select((name, mask) => cut.GetValueOrDefault(name, mask)),
        [.. masks.Names.Where(n => masks[n].Kept > 0 && cut.TryGetValue(n, out var left) && left.Kept == 0)],
        heldBack);

    private static MaskCutResult Pooled<T, TPool>(
        IReadOnlyList<TPool> pools, Func<TPool, IReadOnlyList<TicketTensor>> tensors, MaskSet masks, IReadOnlyDictionary<string, T[]> scores, int minimumKeep,
        Func<TPool, LowestScores.Layer<T>[], LowestScores.Layer<T>[], (Mask[] Left, long Wanted)> cutOf)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var cut = new Dictionary<string, Mask>(StringComparer.Ordinal);
        var heldBack = 0L;
        foreach (var pool in pools)
        {
            LowestScores.Layer<T>[] layers = [.. tensors(pool).Select(t => Layer(t.Name, masks, scores))];
            LowestScores.Layer<T>[] free = minimumKeep == 0 ? layers : [.. layers.Select(l => l with { Mask = Free(l, minimumKeep) })];
            var (left, wanted) = cutOf(pool, layers, free);
            heldBack += wanted - (Alive(free) - left.Sum(m => (long)m.Kept));
            for (var i = 0; i < layers.Length; i++)
            {
                // What was protected is no part of the free mask.
                cut[layers[i].Name] = minimumKeep == 0 ? left[i] : left[i].Or(Without(layers[i].Mask, free[i].Mask));
            }
        }

        return Result(masks, cut, heldBack);
    }

    private static long Alive<T>(LowestScores.Layer<T>[] layers)
        where T : unmanaged, IFloatingPointIeee754<T> => layers.Sum(l => (long)l.Mask.Kept);

    private static (Mask[] Left, long Wanted) Counted<T>(LowestScores.Layer<T>[] free, long count)
        where T : unmanaged, IFloatingPointIeee754<T> => (LowestScores.Cut(free, count), count);

    private static (Mask[] Left, long Wanted) Exceeding<T>(LowestScores.Layer<T>[] layers, LowestScores.Layer<T>[] free, double rate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var alive = LowestScores.Alive(layers);
        if (alive.Length == 0)
        {
            return ([.. free.Select(l => l.Mask)], 0);
        }

        var threshold = LowestScores.Select(alive, Math.Min((int)Math.Ceiling(rate * alive.Length), alive.Length - 1));
        return (LowestScores.Above(free, threshold), alive.LongCount(s => s <= threshold));
    }

    // All survivors but the highest ones, of which a number never goes.
    private static Mask Free<T>(LowestScores.Layer<T> layer, int minimumKeep)
        where T : unmanaged, IFloatingPointIeee754<T> => Without(layer.Mask, LowestScores.Cut([layer], layer.Mask.Kept - minimumKeep)[0]);

    private static Mask Without(Mask mask, Mask other) => Mask.Where(mask.Shape, i => mask[i] && !other[i]);

    private static LowestScores.Layer<T> Layer<T>(string name, MaskSet masks, IReadOnlyDictionary<string, T[]> scores)
        where T : unmanaged, IFloatingPointIeee754<T> => scores.TryGetValue(name, out var values) && values.Length == masks[name].Count
        ? new(name, masks[name], values)
        : throw new ArgumentException($"{name} has no score for each of its {masks[name].Count} elements", nameof(scores));
}
