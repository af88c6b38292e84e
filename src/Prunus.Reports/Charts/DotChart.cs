using Prunus.Runs;

namespace Prunus.Reports.Charts;

/// <summary>Values under each other, so that long names fit, each a dot with its interval as a whisker. Not bars: the axis begins near the lowest value, where lengths would say nothing.</summary>
internal static class DotChart
{
    private const double Width = 760, Left = 220, Right = 80, Row = 24, Top = 10, Bottom = 44;

    public static string Draw(BarFigure figure)
    {
        var height = Top + (figure.Bars.Count * Row) + Bottom;
        var svg = new SvgWriter(Width, height, $"{figure.Title}: " + string.Join("; ", figure.Bars.Select(b => $"{b.Name} {NumberText.Value(b.Value)}")));
        var (low, high) = Range(figure.Bars);
        double AtX(double value) => Left + ((Math.Clamp(value, low, high) - low) / (high - low) * (Width - Left - Right));
        foreach (var tick in Ticks.Between(low, high, 6))
        {
            svg.Line(AtX(tick), Top, AtX(tick), height - Bottom, "grid");
            svg.Text(AtX(tick), height - Bottom + 18, Ticks.Text(tick), "middle");
        }

        for (var i = 0; i < figure.Bars.Count; i++)
        {
            Draw(svg, figure.Bars[i], Top + (i * Row), AtX);
        }

        svg.Text((Left + Width - Right) / 2, height - 6, figure.YLabel, "middle");
        return svg.Finish();
    }

    private static void Draw(SvgWriter svg, Bar bar, double top, Func<double, double> atX)
    {
        var middle = top + (Row / 2);
        svg.Text(Left - 10, middle + 4, bar.Name, "end");
        if (!double.IsFinite(bar.Value))
        {
            return;
        }

        svg.BeginGroup($"{bar.Name}: {NumberText.Value(bar.Value)}");
        svg.Line(Left, middle, atX(bar.Value), middle, "grid");
        if (bar is { Low: { } low, High: { } high })
        {
            svg.Line(atX(low), middle, atX(high), middle, "whisker");
        }

        svg.Disc(atX(bar.Value), middle, 0);
        svg.Text(atX(bar.High ?? bar.Value) + 9, middle + 4, NumberText.Value(bar.Value), "start", " class=\"faint\"");
        svg.EndGroup();
    }

    private static (double Low, double High) Range(IReadOnlyList<Bar> bars)
    {
        var values = bars.SelectMany(b => (double?[])[b.Value, b.Low, b.High]).OfType<double>().Where(double.IsFinite).ToArray();
        if (values.Length == 0)
        {
            return (0, 1);
        }

        var room = values.Max() > values.Min() ? (values.Max() - values.Min()) * 0.15 : Math.Max(0.5, Math.Abs(values.Max()) * 0.1);
        return (values.Min() - room, values.Max() + (room / 3));
    }
}
