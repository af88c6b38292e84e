using System.Text;
using Prunus.Runs;

namespace Prunus.Reports.Charts;

/// <summary>Curves over a common x axis, with ticks, grid and legend.</summary>
internal static class LineChart
{
    /// <summary>Curves beyond this share colours with earlier ones (dashes still tell them apart).</summary>
    public const int Colours = 6;

    private const double Width = 760, Height = 320, Left = 62, Right = 14, Bottom = 44, LegendLine = 18;

    // Small letters of a line, six units each.
    private const int SourceLetters = 112;

    // More points than pixels only make the file large.
    private const int MostPoints = 600;

    /// <summary>Draws curves; those without a finite point appear in the legend only.</summary>
    public static string Draw(string title, IReadOnlyList<Series> series)
    {
        var falling = series.All(s => s.Falling == true && s.X.All(x => x > 0 || double.IsNaN(x)));
        var points = series.Select(s => s.X.Zip(s.Y, (x, y) => (X: falling ? -Math.Log10(x) : x, Y: y)).ToArray()).ToArray();
        var finite = points.SelectMany(p => p).Where(p => double.IsFinite(p.X) && double.IsFinite(p.Y)).ToArray();
        var x = Range(finite.Select(p => p.X), 0);
        var y = Range(finite.Select(p => p.Y).Concat(series.SelectMany(s => (s.Low ?? []).Concat(s.High ?? [])).Where(double.IsFinite)), 0.05);
        var legend = Legend(series);
        var styles = Styles(series);
        var sources = Sources(series);
        var top = 12 + (legend.Max(l => l.Row) + 1 + sources.Count) * LegendLine;
        var svg = new SvgWriter(Width, Height, Label(title, series));
        double AtX(double value) => Left + ((value - x.Low) / (x.High - x.Low) * (Width - Left - Right));
        double AtY(double value) => Height - Bottom - ((value - y.Low) / (y.High - y.Low) * (Height - Bottom - top));
        foreach (var tick in Ticks.Between(y.Low, y.High, 6))
        {
            svg.Line(Left, AtY(tick), Width - Right, AtY(tick), "grid");
            svg.Text(Left - 8, AtY(tick) + 4, Ticks.Text(tick), "end");
        }

        foreach (var (at, text) in falling ? Powers(x.Low, x.High) : Ticks.Between(x.Low, x.High, 8).Select(t => (t, Ticks.Text(t))))
        {
            svg.Line(AtX(at), Height - Bottom, AtX(at), Height - Bottom + 5, "axis");
            svg.Text(AtX(at), Height - Bottom + 19, text, "middle");
        }

        svg.Line(Left, Height - Bottom, Width - Right, Height - Bottom, "axis");
        svg.Text((Left + Width - Right) / 2, Height - 6, series[0].XLabel, "middle");
        svg.Text(-(top + Height - Bottom) / 2, 14, series[0].YLabel, "middle", " transform=\"rotate(-90)\"");
        for (var i = 0; i < series.Count; i++)
        {
            svg.BeginGroup(series[i].Source is { } source ? $"{series[i].Name} ({source})" : series[i].Name);
            svg.Path(PathData(Thin(points[i]), AtX, AtY), styles[i]);
            Whiskers(svg, series[i], points[i], AtX, AtY, styles[i]);
            foreach (var (px, py) in series[i].Source is null ? [] : points[i].Where(p => double.IsFinite(p.X) && double.IsFinite(p.Y)))
            {
                svg.Mark(AtX(px), AtY(py), styles[i]);
            }

            svg.EndGroup();
            var (row, at) = legend[i];
            svg.Line(at, 14 + (row * LegendLine), at + 24, 14 + (row * LegendLine), styles[i]);
            svg.Text(at + 30, 18 + (row * LegendLine), series[i].Name);
        }

        for (var i = 0; i < sources.Count; i++)
        {
            svg.Text(Left, 18 + ((legend.Max(l => l.Row) + 1 + i) * LegendLine), sources[i], "start", " class=\"faint\"");
        }

        return svg.Finish();
    }

    /// <summary>SVG path through the points; a point that is not finite leaves a gap.</summary>
    internal static string PathData(IEnumerable<(double X, double Y)> points, Func<double, double> atX, Func<double, double> atY)
    {
        var data = new StringBuilder();
        var pen = false;
        foreach (var (x, y) in points)
        {
            if (!double.IsFinite(x) || !double.IsFinite(y))
            {
                pen = false;
                continue;
            }

            data.Append(pen ? 'L' : 'M').Append(SvgWriter.Number(atX(x))).Append(' ').Append(SvgWriter.Number(atY(y)));
            pen = true;
        }

        return data.ToString();
    }

    // From the least to the most of each point.
    private static void Whiskers(SvgWriter svg, Series series, (double X, double Y)[] points, Func<double, double> atX, Func<double, double> atY, string style)
    {
        for (var i = 0; i < points.Length && series.Low is { } low && series.High is { } high; i++)
        {
            if (double.IsFinite(points[i].X) && double.IsFinite(low[i]) && double.IsFinite(high[i]) && high[i] > low[i])
            {
                svg.Line(atX(points[i].X), atY(low[i]), atX(points[i].X), atY(high[i]), style);
            }
        }
    }

    // Halves and fifths of powers of ten, as -log10.
    private static IEnumerable<(double At, string Text)> Powers(double low, double high) =>
        from power in Enumerable.Range(-8, 17)
        from digit in (double[])[1, 2, 5]
        let value = digit * Math.Pow(10, power)
        let at = -Math.Log10(value)
        where at >= low - 1e-9 && at <= high + 1e-9
        select (at, Ticks.Text(value));

    /// <summary>Keeps the lowest and highest point of each stretch, so that spikes stay visible.</summary>
    internal static (double X, double Y)[] Thin((double X, double Y)[] points)
    {
        if (points.Length <= MostPoints)
        {
            return points;
        }

        var size = (int)Math.Ceiling(points.Length * 2.0 / MostPoints);
        return [.. points.Chunk(size).SelectMany(Extremes)];
    }

    private static IEnumerable<(double X, double Y)> Extremes((double X, double Y)[] stretch)
    {
        var low = Array.IndexOf(stretch, stretch.MinBy(p => p.Y));
        var high = Array.IndexOf(stretch, stretch.MaxBy(p => p.Y));
        return low == high ? [stretch[low]] : [stretch[Math.Min(low, high)], stretch[Math.Max(low, high)]];
    }

    private static (double Low, double High) Range(IEnumerable<double> values, double margin)
    {
        var all = values.ToArray();
        if (all.Length == 0)
        {
            return (0, 1);
        }

        var (low, high) = (all.Min(), all.Max());
        var room = high > low ? (high - low) * margin : Math.Max(0.5, Math.Abs(high) * 0.1);
        return (low - room, high + room);
    }

    // Widths of letters are unknown without the font; seven units a letter is enough for any.
    private static (int Row, double At)[] Legend(IReadOnlyList<Series> series)
    {
        var places = new (int Row, double At)[series.Count];
        var (row, at) = (0, Left);
        for (var i = 0; i < series.Count; i++)
        {
            var width = 48 + (series[i].Name.Length * 7);
            if (at > Left && at + width > Width)
            {
                (row, at) = (row + 1, Left);
            }

            places[i] = (row, at);
            at += width;
        }

        return places;
    }

    // Where curves are from that the run did not measure, in lines that fit.
    private static List<string> Sources(IReadOnlyList<Series> series)
    {
        var lines = new List<string>();
        var all = string.Join("; ", series.Select(s => s.Source).OfType<string>().Distinct());
        foreach (var word in all.Length == 0 ? [] : $"Dashed, with marks: {all}.".Split(' '))
        {
            if (lines.Count > 0 && lines[^1].Length + 1 + word.Length <= SourceLetters)
            {
                lines[^1] += " " + word;
            }
            else
            {
                lines.Add(word);
            }
        }

        return lines;
    }

    // Colours and dashes tell curves apart; where some belong to others or are not the run's own, dashes mean that.
    private static string[] Styles(IReadOnlyList<Series> series)
    {
        if (series.All(s => s.Source is null && s.Like is null))
        {
            return [.. series.Select((_, i) => $"curve c{i % Colours} d{i % 4}")];
        }

        var colours = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var own in series.Where(s => s.Like is null))
        {
            colours.TryAdd(own.Name, colours.Count);
        }

        return [.. series.Select(s => $"curve c{colours.GetValueOrDefault(s.Like ?? s.Name) % Colours} {(s.Source is not null ? "other" : s.Like is not null ? "d1" : "d0")}")];
    }

    private static string Label(string title, IReadOnlyList<Series> series) =>
        $"{title}: " + string.Join("; ", series.Select(s => s.Y.Count == 0 ? $"{s.Name}, no points" : $"{s.Name} from {NumberText.Value(s.Y[0])} to {NumberText.Value(s.Y[^1])}"));
}
