using Prunus.Lottery.Masks;

namespace Prunus.Lottery.Tickets;

/// <summary>A mask of a ticket in numbers.</summary>
/// <param name="Name">The tensor.</param>
/// <param name="Mask">Its mask.</param>
/// <param name="Coding">How a file stores it.</param>
/// <param name="Bytes">What it takes there.</param>
/// <param name="EntropyBytes">n · H(p) of its density.</param>
public sealed record MaskSummary(string Name, Mask Mask, MaskCoding Coding, int Bytes, double EntropyBytes);

/// <summary>A ticket in numbers.</summary>
/// <param name="Ticket">The ticket.</param>
/// <param name="Bytes">Size of its file.</param>
/// <param name="Masks">Its masks in the order of the pass.</param>
/// <param name="Units">Units that are cut off; null where the file does not tell the net.</param>
public sealed record TicketSummary(Ticket Ticket, int Bytes, IReadOnlyList<MaskSummary> Masks, IReadOnlyList<AxisUnits>? Units)
{
    /// <summary>Counts a ticket out.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="subject">What errors name: its file.</param>
    /// <exception cref="PrunusInputException">Its masks don't fit the net it names.</exception>
    public static TicketSummary Of(Ticket ticket, string subject)
    {
        var architecture = TicketNets.Architecture(ticket, subject);
        return new(ticket, TicketFile.ToBytes(ticket).Length, [.. ticket.Masks.Names.Select(name =>
        {
            var mask = ticket.Masks[name];
            var (coding, bytes) = MaskCodec.Encode(mask);
            return new MaskSummary(name, mask, coding, bytes.Length, MaskEntropy.Bytes(mask));
        })], architecture?.DeadUnits(ticket.Masks)?.Axes);
    }
}
