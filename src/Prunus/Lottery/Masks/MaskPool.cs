namespace Prunus.Lottery.Masks;

/// <summary>Tensors that are ranked together, and how many of their weights a cut leaves.</summary>
/// <param name="Tensors">In the order of the pass.</param>
/// <param name="Kept">Weights that stay, of all together.</param>
public sealed record MaskPool(IReadOnlyList<TicketTensor> Tensors, long Kept)
{
    /// <summary>Weights of the dense tensors.</summary>
    public long Total { get; } = Tensors.Sum(t => t.ElementCount);

    /// <summary>What so many rounds would leave, for cuts that reach it at once: each layer's own count, or that of all that are ranked together. Layers with rate 0 are in no pool
    /// and stay. Where one ranking is given several rates, the sum of what rounds layer by layer would leave.</summary>
    /// <param name="tensors">Tensors of the net, in the order of the pass.</param>
    /// <param name="options">Rates and scope.</param>
    /// <param name="rounds">Number of rounds.</param>
    public static IReadOnlyList<MaskPool> After(IEnumerable<TicketTensor> tensors, MaskCutOptions options, int rounds)
    {
        var prunable = tensors.Where(t => t.IsPrunable).ToList();
        var layerwise = options with { Scope = MaskScope.Layerwise };
        var kept = PmTable.Rows(prunable, layerwise, rounds)[^1].Kept;
        List<MaskPool> layers = [.. prunable.Zip(kept, (t, k) => new MaskPool([t], k)).Where(p => options.Rates.Of(p.Tensors[0]) > 0)];
        if (options.Scope == MaskScope.Layerwise)
        {
            return layers;
        }

        var ranked = layers.Where(p => options.Scope == MaskScope.Global || !p.Tensors[0].IsOutput).ToList();
        TicketTensor[] together = [.. ranked.Select(p => p.Tensors[0])];
        return together.Length == 0 ? []
            : [new(together, together.Select(options.Rates.Of).Distinct().Count() > 1 ? ranked.Sum(p => p.Kept) : PmTable.Rows(prunable, options, rounds)[^1].Kept[0])];
    }
}
