using Prunus.Lottery.Masks;

namespace Prunus.Lottery.Experiments;

/// <summary>What a training begins with.</summary>
/// <param name="Architecture">The net's.</param>
/// <param name="Net">Weights at the start, masked. The caller disposes it.</param>
/// <param name="Masks">What is kept.</param>
/// <param name="FirstStep">Steps of the schedule that count as done.</param>
/// <param name="LastStep">Steps done at the end.</param>
/// <param name="Trains">Whether it is trained at all, or measured as it is.</param>
internal sealed record TicketBeginning(ITicketArchitecture Architecture, ITicketNet Net, MaskSet Masks, int FirstStep, int LastStep, bool Trains = true)
{
    /// <summary>What pruned weights are held at while the others are trained, by name; null = 0.</summary>
    public IReadOnlyDictionary<string, float[]>? Frozen { get; init; }

    /// <summary>Weights that the cut to these masks would have taken but for <see cref="MaskCutOptions.MinimumKeep"/>.</summary>
    public long HeldBack { get; init; }

    /// <summary>File of the dense net at step k with the optimiser's state that is gone on with; null = a fresh one.</summary>
    public string? State { get; init; }
}
