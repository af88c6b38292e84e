using Prunus.Lottery.Masks;

namespace Prunus.Lottery.Branches;

/// <summary>A ticket and where it came from. Values are float32 arrays by name, row-major, of every tensor of the net, pruned positions included.</summary>
/// <param name="Masks">The ticket's masks.</param>
/// <param name="Initial">Values before training.</param>
/// <param name="Rewound">Values that the ticket starts from: those of step k, <paramref name="Initial"/> where k is 0.</param>
/// <param name="Trained">Values that the masks were made from.</param>
/// <param name="Draw">Fresh values of every tensor by the initialisation that gave <paramref name="Initial"/>, from a seed.</param>
/// <param name="Seed">Seed of the branch; not that of the initial values.</param>
public sealed record BranchInput(
    MaskSet Masks, IReadOnlyDictionary<string, float[]> Initial, IReadOnlyDictionary<string, float[]> Rewound, IReadOnlyDictionary<string, float[]> Trained,
    Func<long, IReadOnlyDictionary<string, float[]>> Draw, long Seed);

/// <summary>What a branch trains.</summary>
/// <param name="Masks">What is kept.</param>
/// <param name="Values">Starting values of every tensor; pruned weights are 0.</param>
/// <param name="OtherDataOrder">Whether batches come in the order of the branch's seed instead of the ticket's.</param>
/// <param name="Trains">Whether it is trained at all, or measured as it is.</param>
public sealed record BranchStart(MaskSet Masks, IReadOnlyDictionary<string, float[]> Values, bool OtherDataOrder = false, bool Trains = true)
{
    /// <summary>What pruned weights are held at instead of 0, by name, 0 where masks keep; null where they are 0.</summary>
    public IReadOnlyDictionary<string, float[]>? Frozen { get; init; }
}
