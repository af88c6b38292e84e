using System.Globalization;
using System.Text.RegularExpressions;
using Prunus.Reports.Charts;
using Prunus.Runs;

namespace Prunus.Reports;

/// <summary>Curves, dots, maps and clouds of a record as SVG: inside the report, or as files of their own.</summary>
public static partial class RecordFigures
{
    /// <summary>Charts of the record's series.</summary>
    internal static IReadOnlyList<(string Title, string Svg)> Curves(Record record) =>
        [.. record.Series.GroupBy(s => s.Chart).Select(c => (c.Key, LineChart.Draw(c.Key, [.. c])))];

    /// <summary>Dots, maps and clouds.</summary>
    internal static IReadOnlyList<(string Title, string Svg)> Others(Record record) =>
    [
        .. record.Bars?.Select(b => (b.Title, DotChart.Draw(b))) ?? [],
        .. record.Maps?.Select(m => (m.Title, HeatMap.Draw(m))) ?? [],
        .. record.Scatters?.Select(s => (s.Title, ScatterChart.Draw(s))) ?? [],
    ];

    /// <summary>Writes <c>figure-1.svg</c> … into a folder, in the report's order, and takes away those of an earlier record.</summary>
    /// <returns>Title and file name of each.</returns>
    public static IReadOnlyList<(string Title, string File)> Write(string folder, Record record)
    {
        (string Title, string Svg)[] figures = [.. Curves(record), .. Others(record)];
        var written = figures.Select((f, i) => (f.Title, File: string.Create(CultureInfo.InvariantCulture, $"figure-{i + 1}.svg"))).ToArray();
        for (var i = 0; i < figures.Length; i++)
        {
            AtomicFile.WriteText(Path.Combine(folder, written[i].File), Alone(figures[i].Svg));
        }

        for (var i = figures.Length + 1; Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"figure-{i}.svg")) is var stale && File.Exists(stale); i++)
        {
            File.Delete(stale);
        }

        return written;
    }

    // A file needs its namespace, a size, its style and, since it may lie on a page of any colour, a ground of its own.
    private static string Alone(string svg)
    {
        var end = svg.IndexOf('>', StringComparison.Ordinal) + 1;
        var size = ViewBox().Match(svg);
        return $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{size.Groups[1]}\" height=\"{size.Groups[2]}\"{svg[4..end]}\n<style>\n{ReportStyle.Chart}\ntext {{ font-family: sans-serif; }}\n</style>\n"
            + $"<rect width=\"100%\" height=\"100%\" fill=\"{ReportStyle.Ground}\"/>{svg[end..]}";
    }

    [GeneratedRegex("viewBox=\"0 0 ([0-9.]+) ([0-9.]+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex ViewBox();
}
