using Prunus.Reports;
using Spectre.Console;
using Table = Prunus.Reports.Table;

namespace Prunus.Cli.Views;

/// <summary>A table on the terminal: drawn where there is colour, else as Markdown, which pastes into a README or an issue.</summary>
internal static class TableView
{
    public static void Write(Terminal terminal, Table table)
    {
        if (!terminal.Colour)
        {
            terminal.Out.Write(MarkdownTable.Write(table));
            return;
        }

        var drawn = new Spectre.Console.Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        for (var i = 0; i < table.Header.Count; i++)
        {
            var column = new TableColumn(new Markup($"[bold]{Markup.Escape(table.Header[i])}[/]"));
            drawn.AddColumn(table.IsNumeric(i) ? column.RightAligned() : column);
        }

        foreach (var row in table.Rows)
        {
            drawn.AddRow([.. row.Select(cell => new Text(cell))]);
        }

        terminal.Rendered().Write(drawn);
    }
}
