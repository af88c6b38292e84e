namespace Prunus.Lottery.Strong;

/// <summary>What random numbers a target weight is summed from.</summary>
/// <param name="Id">As users write it.</param>
/// <param name="Title">The law in one line.</param>
/// <param name="Paper">Where it comes from.</param>
/// <param name="HasSecondLayer">Whether a second random layer, 1×1, follows the first: samples are then products V·max(0,U).</param>
/// <param name="IsShared">Whether all weights of a layer have the same numbers.</param>
public sealed record SamplingLaw(string Id, string Title, string Paper, bool HasSecondLayer, bool IsShared = false)
{
    /// <summary>Every weight has n numbers U[-1,1] of its own: n random layers side by side whose outputs are added up. The published experiments.</summary>
    public static SamplingLaw Independent { get; } = new("independent", "n numbers U[-1,1] of its own for every weight", "da Cunha et al. 2022 (ICLR), section 5; Pensia et al. 2020, arXiv 2006.07990", false);

    /// <summary>A random layer with n outputs for every one of the target's, ReLU, and a random 1×1 layer of which the blocks on the diagonal are kept; negative weights of the
    /// first layer are pruned, so that the ReLU does nothing to inputs from 0 up. The construction of the proof.</summary>
    public static SamplingLaw Theorem { get; } = new("theorem", "n products V·max(0,U) of U[-1,1], V shared by the weights of an output", "da Cunha et al. 2022 (ICLR), lemmas 1 and 2", true);

    /// <summary>All weights of a layer are summed from the same n numbers U[-1,1], biases from n others: no proof speaks of it, since whether a sample suits one weight says much of
    /// the next. What it costs and saves is for experiments.</summary>
    public static SamplingLaw Shared { get; } = new("shared", "the same n numbers U[-1,1] for all weights of a layer", "none", false, IsShared: true);

    /// <summary>All laws.</summary>
    public static IReadOnlyList<SamplingLaw> All { get; } = [Theorem, Independent, Shared];

    /// <summary>The law of an id.</summary>
    /// <exception cref="PrunusInputException">There is none.</exception>
    public static SamplingLaw Named(string id) => All.FirstOrDefault(l => l.Id == id)
        ?? throw new PrunusInputException("law", $"'{id}' is not known", $"use {string.Join(", ", All.Select(l => l.Id))}");
}
