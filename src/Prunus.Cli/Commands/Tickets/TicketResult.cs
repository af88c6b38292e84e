using System.Text.Json.Nodes;
using Prunus.Lottery.Tickets;
using Prunus.Reports;

namespace Prunus.Cli.Commands.Tickets;

/// <summary>What the verbs say that write weights.</summary>
internal static class TicketResult
{
    public static void Write(VerbContext context, Ticket ticket, string output)
    {
        if (context.Json)
        {
            context.WriteJson(new JsonObject
            {
                ["schema"] = "prunus-ticket-weights/1",
                ["architecture"] = ticket.Architecture,
                ["kept"] = ticket.Masks.Kept,
                ["prunable"] = ticket.Masks.Count,
                ["out"] = output,
            });
            return;
        }

        context.Out.WriteLine($"{output}: {ticket.Architecture}, {NumberText.Grouped(ticket.Masks.Kept)} of {NumberText.Grouped(ticket.Masks.Count)} weights kept");
    }
}
