using System.Text.Json.Nodes;
using Prunus.Lottery.Masks;

namespace Prunus.Lottery.Tickets;

/// <summary>A subnetwork and what it starts from (Frankle and Carbin 2019, arXiv 1803.03635): masks, and either the seed of the initial weights or the weights of an early
/// step (Frankle et al. 2020, arXiv 1912.05671).</summary>
public sealed class Ticket
{
    /// <param name="architecture">The net: <see cref="ITicketNet.Architecture"/>.</param>
    /// <param name="initialisation">Law of the initial weights, such as <c>glorot-normal</c>.</param>
    /// <param name="seed">Seed of the initial weights.</param>
    /// <param name="masks">What is kept.</param>
    /// <param name="rewindStep">Training steps before the weights that the ticket starts from; 0 = the initial ones.</param>
    /// <param name="values">Those weights and buffers; may be left out where the seed gives them, at step 0.</param>
    /// <param name="metadata">Anything else worth keeping: data set, level, accuracies.</param>
    /// <exception cref="ArgumentException">A later step without values, or values whose number is not that of a tensor's (kept) elements.</exception>
    public Ticket(string architecture, string initialisation, long seed, MaskSet masks, long rewindStep = 0, IReadOnlyList<TicketValues>? values = null, JsonObject? metadata = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rewindStep);
        if (rewindStep > 0 && values is null)
        {
            throw new ArgumentException($"a ticket of step {rewindStep} needs the weights of that step", nameof(values));
        }

        foreach (var tensor in values ?? [])
        {
            var fits = masks.Covers(tensor.Name)
                ? masks[tensor.Name].Shape.SequenceEqual(tensor.Shape) && masks[tensor.Name].Kept == tensor.Values.Length
                : tensor.Shape.Aggregate(1L, (n, d) => checked(n * d)) == tensor.Values.Length;
            if (!fits)
            {
                throw new ArgumentException($"{tensor.Name} [{string.Join(",", tensor.Shape)}] has {tensor.Values.Length} values", nameof(values));
            }
        }

        (Architecture, Initialisation, Seed, Masks, RewindStep, Values, Metadata) = (architecture, initialisation, seed, masks, rewindStep, values, metadata ?? []);
    }

    /// <summary>As <see cref="ITicketNet.Architecture"/>.</summary>
    public string Architecture { get; }

    /// <summary>Law of the initial weights.</summary>
    public string Initialisation { get; }

    /// <summary>Seed of the initial weights.</summary>
    public long Seed { get; }

    /// <summary>What is kept.</summary>
    public MaskSet Masks { get; }

    /// <summary>Training steps before the weights it starts from.</summary>
    public long RewindStep { get; }

    /// <summary>The weights it starts from; null where the seed gives them.</summary>
    public IReadOnlyList<TicketValues>? Values { get; }

    /// <summary>Anything else that was kept with it; empty when nothing was.</summary>
    public JsonObject Metadata { get; }
}
