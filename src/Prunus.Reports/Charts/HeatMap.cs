using Prunus.Runs;

namespace Prunus.Reports.Charts;

/// <summary>A table whose cells are darker the higher they rank within their column: columns need not share a scale.</summary>
internal static class HeatMap
{
    private const double Width = 760, Least = 130, Letter = 7, Row = 28, Top = 46, Bottom = 8;

    public static string Draw(MapFigure figure)
    {
        var left = Math.Max(Least, (figure.Rows.Append(figure.RowLabel).Max(r => r.Length) * Letter) + 16);
        var height = Top + (figure.Rows.Count * Row) + Bottom;
        var svg = new SvgWriter(Width, height, $"{figure.Title}: {figure.Rows.Count} by {figure.Columns.Count} values");
        var step = (Width - left - 8) / Math.Max(1, figure.Columns.Count);
        svg.Text(left - 10, Top - 8, figure.RowLabel, "end", " class=\"faint\"");
        svg.Text(left, 14, figure.ColumnLabel, "start", " class=\"faint\"");
        for (var column = 0; column < figure.Columns.Count; column++)
        {
            svg.Text(left + ((column + 0.5) * step), Top - 8, figure.Columns[column], "middle");
            var values = figure.Values.Select(r => r[column]).ToArray();
            for (var row = 0; row < figure.Rows.Count; row++)
            {
                Cell(svg, left + (column * step), Top + (row * Row), step, values[row], Share(values, values[row]), $"{figure.Rows[row]}, {figure.Columns[column]}");
            }
        }

        for (var row = 0; row < figure.Rows.Count; row++)
        {
            svg.Text(left - 10, Top + ((row + 0.5) * Row) + 4, figure.Rows[row], "end");
        }

        return svg.Finish();
    }

    private static void Cell(SvgWriter svg, double x, double y, double width, double value, double share, string tip)
    {
        var text = double.IsFinite(value) ? NumberText.Value(value) : "–";
        svg.BeginGroup($"{tip}: {text}");
        svg.Raw($"<rect x=\"{SvgWriter.Number(x)}\" y=\"{SvgWriter.Number(y)}\" width=\"{SvgWriter.Number(width)}\" height=\"{SvgWriter.Number(Row)}\" class=\"cell\" fill-opacity=\"{SvgWriter.Number(0.05 + (0.5 * share))}\"/>");
        svg.Text(x + (width / 2), y + (Row / 2) + 4, text, "middle");
        svg.EndGroup();
    }

    private static double Share(double[] values, double value) =>
        double.IsFinite(value) && values.Length > 1 ? (double)values.Count(v => v < value) / (values.Length - 1) : 0;
}
