namespace Prunus.Lottery.Tickets;

/// <summary>Whether a ticket is one of a net.</summary>
public static class TicketFit
{
    /// <summary>Every mask must lie on a prunable tensor of its shape, and values, where there are any, on every tensor of the net.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="tensors">The net's tensors.</param>
    /// <param name="subject">What errors name: the ticket's file.</param>
    /// <exception cref="PrunusInputException">It is not.</exception>
    public static void Check(Ticket ticket, IEnumerable<TicketTensor> tensors, string subject)
    {
        var known = tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
        foreach (var name in ticket.Masks.Names)
        {
            Check(known.TryGetValue(name, out var tensor) && tensor.IsPrunable && tensor.Shape.SequenceEqual(ticket.Masks[name].Shape), ticket, subject,
                $"masks '{name}' [{string.Join(",", ticket.Masks[name].Shape)}]");
        }

        foreach (var values in ticket.Values ?? [])
        {
            Check(known.Remove(values.Name, out var tensor) && tensor.Shape.SequenceEqual(values.Shape), ticket, subject, $"has values of '{values.Name}' [{string.Join(",", values.Shape)}]");
        }

        Check(ticket.Values is null || known.Count == 0, ticket, subject, $"has no values of '{known.Keys.FirstOrDefault()}'");
    }

    private static void Check(bool holds, Ticket ticket, string subject, string what)
    {
        if (!holds)
        {
            throw new PrunusInputException(subject, $"{what}, which does not fit {ticket.Architecture}", "use a ticket of this net");
        }
    }
}
