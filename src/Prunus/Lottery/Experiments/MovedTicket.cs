using Prunus.Lottery.Masks;

namespace Prunus.Lottery.Experiments;

/// <summary>
/// A ticket on a task with another number of classes: the layer of the logits is drawn anew and left whole, everything else, mask and values, comes with the ticket (Morcos et al. 2019, arXiv 1906.02773).
/// </summary>
/// <param name="target">The net that is trained: that of the ticket but for the layer of the logits.</param>
/// <param name="initialisation">Law of the new layer.</param>
internal sealed class MovedTicket(ITicketArchitecture target, string initialisation)
{
    /// <summary>The ticket's masks, and one that keeps all of the new layer.</summary>
    public MaskSet Masks(MaskSet found) => new(target.Tensors.Where(t => t.IsPrunable).Select(t => (t.Name, t.IsOutput || !found.Covers(t.Name) ? Mask.Full(t.Shape) : found[t.Name])));

    /// <summary>Values of the target's tensors: those given, and of the new layer what its own draw gives.</summary>
    /// <param name="found">Of the net that the ticket was found in, by name.</param>
    /// <param name="seed">Of the draw.</param>
    public IReadOnlyDictionary<string, float[]> Values(IReadOnlyDictionary<string, float[]> found, long seed)
    {
        var drawn = target.Draw(initialisation, seed);
        return target.Tensors.ToDictionary(t => t.Name, t => t.IsOutput ? drawn[t.Name] : found[t.Name], StringComparer.Ordinal);
    }
}
