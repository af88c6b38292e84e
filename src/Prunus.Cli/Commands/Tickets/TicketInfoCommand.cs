using System.Text.Json.Nodes;
using Prunus.Cli.Views;
using Prunus.Lottery.Strong;
using Prunus.Lottery.Tickets;

namespace Prunus.Cli.Commands.Tickets;

/// <summary><c>prunus ticket info FILE</c>: a ticket in numbers. Loads no libtorch.</summary>
internal static class TicketInfoCommand
{
    public static Verb Create() => new("info", "Shows a ticket: its net and seed, what is kept of each layer, bytes against the entropy bound, dead units.")
    {
        Arguments = { TicketCommand.File },
        Examples = ["ticket info a.ticket", "ticket info a.ticket --json"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        var path = context.Value(TicketCommand.File);
        var ticket = TicketFile.Read(path);
        var (summary, strong) = (TicketSummary.Of(ticket, path), StrongTicket.Is(ticket) ? StrongTicket.From(ticket, path) : null);
        if (context.Json)
        {
            context.WriteJson(Json(summary, strong));
        }
        else
        {
            TicketView.Write(context.Terminal, path, summary, strong);
        }

        return ExitCode.Done;
    }

    private static JsonObject Json(TicketSummary summary, StrongTicket? strong) => new()
    {
        ["schema"] = "prunus-ticket/1",
        ["architecture"] = summary.Ticket.Architecture,
        ["initialisation"] = summary.Ticket.Initialisation,
        ["seed"] = summary.Ticket.Seed,
        ["rewind_step"] = summary.Ticket.RewindStep,
        ["weights_stored"] = summary.Ticket.Values is not null,
        ["kept"] = summary.Ticket.Masks.Kept,
        ["prunable"] = summary.Ticket.Masks.Count,
        ["density"] = summary.Ticket.Masks.Density,
        ["random_kept"] = strong?.Kept,
        ["random_parameters"] = strong?.RandomParameters,
        ["bytes"] = summary.Bytes,
        ["entropy_bytes"] = summary.Masks.Sum(m => m.EntropyBytes),
        ["masks"] = new JsonArray([.. summary.Masks.Select(m => new JsonObject
        {
            ["name"] = m.Name,
            ["shape"] = new JsonArray([.. m.Mask.Shape.Select(d => (JsonNode)d)]),
            ["kept"] = m.Mask.Kept,
            ["density"] = m.Mask.Density,
            ["coding"] = TicketView.Name(m.Coding),
            ["bytes"] = m.Bytes,
            ["entropy_bytes"] = m.EntropyBytes,
        })]),
        ["units"] = summary.Units is null ? null : new JsonArray([.. summary.Units.Select(u => new JsonObject
        {
            ["axis"] = u.Axis, ["units"] = u.Dead.Count, ["without_inputs"] = u.WithoutInputs, ["without_outputs"] = u.WithoutOutputs, ["dead"] = u.DeadCount,
        })]),
        ["metadata"] = summary.Ticket.Metadata.DeepClone(),
    };
}
