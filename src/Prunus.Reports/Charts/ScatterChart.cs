using Prunus.Runs;

namespace Prunus.Reports.Charts;

/// <summary>Points over two axes, coloured by group.</summary>
internal static class ScatterChart
{
    private const double Width = 760, Height = 340, Left = 62, Right = 14, Top = 30, Bottom = 44;

    public static string Draw(ScatterFigure figure)
    {
        var points = figure.Points.Where(p => double.IsFinite(p.X) && double.IsFinite(p.Y)).ToArray();
        var svg = new SvgWriter(Width, Height, $"{figure.Title}: {points.Length} points");
        var (x, y) = (Range([.. points.Select(p => p.X)]), Range([.. points.Select(p => p.Y)]));
        double AtX(double value) => Left + ((value - x.Low) / (x.High - x.Low) * (Width - Left - Right));
        double AtY(double value) => Height - Bottom - ((value - y.Low) / (y.High - y.Low) * (Height - Bottom - Top));
        foreach (var tick in Ticks.Between(y.Low, y.High, 6))
        {
            svg.Line(Left, AtY(tick), Width - Right, AtY(tick), "grid");
            svg.Text(Left - 8, AtY(tick) + 4, Ticks.Text(tick), "end");
        }

        foreach (var tick in Ticks.Between(x.Low, x.High, 8))
        {
            svg.Text(AtX(tick), Height - Bottom + 19, Ticks.Text(tick), "middle");
        }

        svg.Line(Left, Height - Bottom, Width - Right, Height - Bottom, "axis");
        svg.Text((Left + Width - Right) / 2, Height - 6, figure.XLabel, "middle");
        svg.Text(-(Top + Height - Bottom) / 2, 14, figure.YLabel, "middle", " transform=\"rotate(-90)\"");
        var groups = figure.Points.Select(p => p.Group).Distinct().ToArray();
        for (var i = 0; i < groups.Length; i++)
        {
            Point(svg, Left + 6 + (i * 150), 14, groups[i], i);
            svg.Text(Left + 16 + (i * 150), 18, groups[i]);
        }

        foreach (var point in points)
        {
            Point(svg, AtX(point.X), AtY(point.Y), $"{point.Name}: {NumberText.Value(point.X)}, {NumberText.Value(point.Y)}", Array.IndexOf(groups, point.Group));
        }

        return svg.Finish();
    }

    private static void Point(SvgWriter svg, double x, double y, string tip, int group)
    {
        svg.BeginGroup(tip);
        svg.Disc(x, y, group % LineChart.Colours);
        svg.EndGroup();
    }

    private static (double Low, double High) Range(double[] values)
    {
        if (values.Length == 0)
        {
            return (0, 1);
        }

        var room = values.Max() > values.Min() ? (values.Max() - values.Min()) * 0.07 : Math.Max(0.5, Math.Abs(values.Max()) * 0.1);
        return (values.Min() - room, values.Max() + room);
    }
}
