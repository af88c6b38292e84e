using Prunus.Lottery.Masks;

namespace Prunus.Lottery.Branches;

/// <summary>What a control changes of a ticket.</summary>
/// <param name="Id">As users write it.</param>
/// <param name="Title">One line for people.</param>
/// <param name="Paper">Where it comes from.</param>
/// <param name="Start">Masks and values before pruned weights are set to 0.</param>
public sealed record BranchTransform(string Id, string Title, string Paper, Func<BranchInput, BranchStart> Start)
{
    /// <summary>Whether pruned weights are held at what <see cref="Start"/> gives them instead of 0. It then looks at <see cref="BranchInput.Trained"/>. Default false.</summary>
    public bool FreezesPruned { get; init; }

    /// <summary>Masks and starting values of the branch.</summary>
    /// <exception cref="PrunusInputException">The input is no ticket that the branch can be made from.</exception>
    public BranchStart Apply(BranchInput input)
    {
        var start = Start(input);
        return start with
        {
            Values = start.Values.ToDictionary(v => v.Key, v => start.Masks.Covers(v.Key) ? Under(start.Masks[v.Key], v.Value) : v.Value, StringComparer.Ordinal),
            Frozen = FreezesPruned ? start.Masks.Names.ToDictionary(n => n, n => Beside(start.Masks[n], start.Values[n]), StringComparer.Ordinal) : null,
        };
    }

    private static float[] Beside(Mask mask, float[] values)
    {
        var pruned = (float[])values.Clone();
        foreach (var index in mask.KeptIndices())
        {
            pruned[index] = 0;
        }

        return pruned;
    }

    private static float[] Under(Mask mask, float[] values)
    {
        var kept = new float[values.Length];
        foreach (var index in mask.KeptIndices())
        {
            kept[index] = values[index];
        }

        return kept;
    }
}

/// <summary>All controls off a ticket.</summary>
public static class BranchTransforms
{
    private const string Frankle = "Frankle and Carbin 2019, arXiv 1803.03635", Missing = "Frankle et al. 2021, arXiv 2009.08576", Morcos = "Morcos et al. 2019, arXiv 1906.02773",
        Linear = "Frankle et al. 2020, arXiv 1912.05671", Zhou = "Zhou et al. 2019, arXiv 1905.01067";

    // Actions that are branches already: none, sign-only.
    private static readonly string[] Doubles = ["none", "mask-init", "signed-constant"];

    // Pruned weights at 0 are the ticket.
    private const string Pruned0 = "mask";

    public static IReadOnlyList<BranchTransform> All { get; } =
    [
        new("none", "the ticket itself", Frankle, i => new(i.Masks, i.Rewound)),
        new("reinit", "the ticket's masks, every value drawn anew by the same law", Frankle, i => new(i.Masks, BranchValues.Redrawn(i))),
        new("shuffle-layerwise", "each mask's positions permuted, the values of step k", Missing, i => new(BranchMasks.ShuffledInLayers(i.Masks, i.Seed), i.Rewound)),
        new("shuffle-global", "positions permuted over all masks together, the values of step k", Morcos, i => new(BranchMasks.ShuffledOverall(i.Masks, i.Seed), i.Rewound)),
        new("random-mask", "masks permuted in each layer and every value drawn anew", Frankle, i => new(BranchMasks.ShuffledInLayers(i.Masks, i.Seed), BranchValues.Redrawn(i))),
        new("random-mask-global", "masks permuted over all layers together and every value drawn anew: neither structure nor values are left", Morcos, i => new(BranchMasks.ShuffledOverall(i.Masks, i.Seed), BranchValues.Redrawn(i))),
        new("random-mask-even", "random masks of as many weights, every layer with one density, and every value drawn anew", $"{Linear}, the authors' code ('even')", i => new(BranchMasks.Even(i.Masks, i.Seed), BranchValues.Redrawn(i))),
        new("reuse", "the ticket's masks, kept weights drawn with replacement from the layer's surviving initial values", $"{Frankle}, appendix F.3", i => new(i.Masks, BranchValues.Reused(i, ownSign: false))),
        new("reuse-sign", "the same magnitudes, each with the weight's own sign", $"{Frankle}, the authors' code", i => new(i.Masks, BranchValues.Reused(i, ownSign: true))),
        new("data-order", "the ticket, trained on batches in another order", Linear, i => new(i.Masks, i.Rewound, OtherDataOrder: true)),
        new("mask-only", "the masks over initial values, measured without training (a supermask)", Zhou, i => new(i.Masks, i.Initial, Trains: false)),
        new("mask-only-constant", "the same over the weights' signs times the standard deviation of the layer's initial values", Zhou, i => new(i.Masks, BranchValues.Constants(i), Trains: false)),
        new("sign-only", "the ticket's masks, kept weights at their own sign times the standard deviation of the layer's initial values", Zhou, i => new(i.Masks, BranchValues.Constants(i))),
        .. KeptActions.All.Where(a => !Doubles.Contains(a.Id)).Select(a => new BranchTransform("kept-" + a.Id, "the ticket's masks, kept weights: " + a.Title, Zhou, i => new(i.Masks, BranchValues.Acted(i, a)))),
        .. PrunedActions.All.Where(a => a.Id != Pruned0).Select(a => new BranchTransform(
            "pruned-" + a.Id, "the ticket's masks, kept weights from their initial values, pruned ones held at: " + a.Title, Zhou, i => new(i.Masks, BranchValues.Acted(i, a))) { FreezesPruned = true }),
    ];

    /// <summary>The branch of an id.</summary>
    /// <exception cref="PrunusInputException">There is none.</exception>
    public static BranchTransform Named(string id) => All.FirstOrDefault(b => b.Id == id)
        ?? throw new PrunusInputException("branch", $"'{id}' is not known", $"use one of {string.Join(", ", All.Select(b => b.Id))}");
}
