using System.Text.Json.Nodes;
using Prunus.Lottery.Strong;
using Prunus.Lottery.Tickets;
using Prunus.Reports;

namespace Prunus.Cli.Views;

/// <summary>A ticket as text.</summary>
internal static class TicketView
{
    /// <param name="terminal">Where to.</param>
    /// <param name="path">The ticket's file.</param>
    /// <param name="summary">The ticket in numbers.</param>
    /// <param name="strong">The same as a strong ticket, whose second layers no mask is stored of; else null.</param>
    public static void Write(Terminal terminal, string path, TicketSummary summary, StrongTicket? strong)
    {
        var ticket = summary.Ticket;
        TableView.Write(terminal, new Table(["ticket", path],
        [
            ["net", ticket.Architecture],
            ["starts from", ticket.Values is null ? "its seed" : $"stored weights of step {ticket.RewindStep}"],
            ["initial weights", $"{ticket.Initialisation}, seed {ticket.Seed}"],
            .. strong is null ? [] : new[] { (IReadOnlyList<string>)["kept of the random net", $"{Percent(strong.Kept / (double)strong.RandomParameters)} ({NumberText.Grouped(strong.Kept)} of {NumberText.Grouped(strong.RandomParameters)}), second layers among them"] },
            [strong is null ? "Pm" : "Pm of the stored masks", $"{Percent(ticket.Masks.Density)} ({NumberText.Grouped(ticket.Masks.Kept)} of {NumberText.Grouped(ticket.Masks.Count)})"],
            ["bytes of the file", NumberText.Grouped(summary.Bytes)],
            // A decoder's config.json is for programs.
            .. ticket.Metadata.Where(m => m.Value is not JsonObject).Select(m => (IReadOnlyList<string>)[m.Key, m.Value?.ToString().ReplaceLineEndings(" ") ?? ""]),
        ]));
        terminal.Out.WriteLine();
        TableView.Write(terminal, new Table(["mask", "shape", "kept", "Pm", "bytes", "n·H(p) bytes", "coding"],
        [
            .. summary.Masks.Select(m => Row(m.Name, string.Join('×', m.Mask.Shape), m.Mask.Kept, m.Mask.Density, m.Bytes, m.EntropyBytes, Name(m.Coding))),
            Row("all", "", ticket.Masks.Kept, ticket.Masks.Density, summary.Masks.Sum(m => (long)m.Bytes), summary.Masks.Sum(m => m.EntropyBytes), ""),
        ]));
        if (summary.Units is { Count: > 0 } units)
        {
            terminal.Out.WriteLine();
            TableView.Write(terminal, new Table(["units of", "all", "without inputs", "without outputs", "dead"],
                [.. units.Select(u => (IReadOnlyList<string>)[u.Axis, $"{u.Dead.Count}", $"{u.WithoutInputs}", $"{u.WithoutOutputs}", $"{u.DeadCount}"])]));
        }
    }

    /// <summary>A coding as texts and JSON name it.</summary>
    public static string Name(MaskCoding coding) => coding == MaskCoding.RowsAndColumns ? "rows-columns" : coding.ToString().ToLowerInvariant();

    private static IReadOnlyList<string> Row(string name, string shape, long kept, double density, long bytes, double bound, string coding) =>
        [name, shape, NumberText.Grouped(kept), Percent(density), NumberText.Grouped(bytes), NumberText.Grouped((long)Math.Round(bound)), coding];

    private static string Percent(double share) => FormattableString.Invariant($"{100 * share:0.00} %");
}
