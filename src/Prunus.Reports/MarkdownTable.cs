using System.Text;

namespace Prunus.Reports;

/// <summary>A table in Markdown with columns lined up, so that it reads as plain text too. Used by the console, README and model card.</summary>
public static class MarkdownTable
{
    /// <summary>Writes the table, ending in a line feed.</summary>
    public static string Write(Table table)
    {
        var rows = table.Rows.Select(r => r.Select(Escape).ToArray()).ToList();
        var header = table.Header.Select(Escape).ToArray();
        var widths = header.Select((h, i) => rows.Select(r => r[i].Length).Append(h.Length).Append(3).Max()).ToArray();
        var right = header.Select((_, i) => table.IsNumeric(i)).ToArray();
        var text = new StringBuilder();
        Line(text, header, widths, right);
        Line(text, [.. widths.Select((w, i) => right[i] ? new string('-', w - 1) + ":" : new string('-', w))], widths, right);
        foreach (var row in rows)
        {
            Line(text, row, widths, right);
        }

        return text.ToString();
    }

    private static void Line(StringBuilder text, string[] cells, int[] widths, bool[] right)
    {
        text.Append('|');
        for (var i = 0; i < cells.Length; i++)
        {
            text.Append(' ').Append(right[i] ? cells[i].PadLeft(widths[i]) : cells[i].PadRight(widths[i])).Append(" |");
        }

        text.Append('\n');
    }

    private static string Escape(string cell) =>
        string.Concat(cell.Select(c => char.IsControl(c) ? " " : c == '|' ? "\\|" : c.ToString()));
}
