using Prunus.Training;

namespace Prunus.Lottery.Masks;

/// <summary>Which weights are ranked together.</summary>
public enum MaskScope
{
    /// <summary>Each tensor by itself, at its own rate.</summary>
    Layerwise,

    /// <summary>All tensors whose rate is not 0 in one ranking, in the order of the pass.</summary>
    Global,

    /// <summary>As <see cref="Global"/>, but never the layer that gives the logits.</summary>
    GlobalHidden,
}

/// <summary>How many of the ranked weights go.</summary>
public enum MaskRule
{
    /// <summary>Exactly floor(alive · rate); of equal scores the lower index goes first.</summary>
    Count,

    /// <summary>open_lth (Frankle et al. 2020, arXiv 1912.05671): kept is what exceeds the survivors' score of rank ceil(rate · alive), counted from 0, so that score and all its ties go too.</summary>
    OpenLth,
}

/// <summary>How a round prunes.</summary>
public sealed record MaskCutOptions
{
    /// <summary>Share of the survivors that goes. Default 0.2 everywhere.</summary>
    public MaskRates Rates { get; init; } = new(0.2);

    /// <summary>What is ranked together. Default layer by layer.</summary>
    public MaskScope Scope { get; init; } = MaskScope.Layerwise;

    /// <summary>How many go. Default the exact count.</summary>
    public MaskRule Rule { get; init; } = MaskRule.Count;

    /// <summary>Highest-scored weights of each tensor that never go. Default 0: a layer may be emptied.</summary>
    public int MinimumKeep { get; init; }

    /// <summary>What is wrong with these values; empty when nothing is.</summary>
    public IEnumerable<string> Faults() => MinimumKeep < 0 ? Rates.Faults().Append($"minimum to keep {MinimumKeep} is negative") : Rates.Faults();

    /// <summary>Checks all values.</summary>
    /// <exception cref="PrunusInputException">Lists every fault.</exception>
    public void Validate() => OptionFaults.Throw("mask options", Faults());

    /// <summary>Tensors that are ranked together, and the share of their survivors that goes.</summary>
    /// <exception cref="PrunusInputException">Tensors of one ranking have different rates.</exception>
    internal IEnumerable<(IReadOnlyList<TicketTensor> Pool, double Rate)> Pools(IEnumerable<TicketTensor> tensors)
    {
        var pruned = tensors.Where(t => Rates.Of(t) > 0 && !(Scope == MaskScope.GlobalHidden && t.IsOutput)).ToList();
        if (Scope == MaskScope.Layerwise)
        {
            return pruned.Select(t => ((IReadOnlyList<TicketTensor>)[t], Rates.Of(t)));
        }

        var rates = pruned.Select(Rates.Of).Distinct().ToList();
        return rates.Count > 1
            ? throw new PrunusInputException("pruning rates", $"one ranking over all layers has {rates.Count} rates ({string.Join(", ", rates)})", "give all kinds one rate, or 0 to leave a kind alone")
            : rates.Select(r => ((IReadOnlyList<TicketTensor>)pruned, r));
    }
}
