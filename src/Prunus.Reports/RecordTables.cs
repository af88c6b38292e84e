using Prunus.Runs;

namespace Prunus.Reports;

/// <summary>Parts of a record as tables: for the report, the console, a README or a model card.</summary>
public static class RecordTables
{
    // More measures than this, and the table is wider than a page or a terminal.
    private const int MostColumns = 5;

    /// <summary>
    /// The before/after table: a row for each subject and a column for each measure, speeds of the environment last; with many measures the other
    /// way round.
    /// </summary>
    public static Table Subjects(Record record, RunEnvironment? environment = null)
    {
        var rows = record.Subjects.Select(s => (s.Name, Measures: new OrderedDictionary<string, double>(s.Measures))).ToList();
        foreach (var extra in environment?.Measures ?? [])
        {
            if (rows.FirstOrDefault(r => r.Name == extra.Name) is { Measures: { } measures })
            {
                foreach (var (name, value) in extra.Measures)
                {
                    measures.TryAdd(name, value);
                }
            }
        }

        var columns = rows.SelectMany(r => r.Measures.Keys).Distinct().ToArray();
        string At(int row, string column) => Cell(rows[row].Measures, column, row == 0 ? null : First(rows[0].Measures, column));
        return columns.Length <= MostColumns
            ? new(["", .. columns.Select(Measures.Title)], [.. rows.Select((row, i) => (IReadOnlyList<string>)[row.Name, .. columns.Select(c => At(i, c))])])
            : new(["", .. rows.Select(r => r.Name)], [.. columns.Select(c => (IReadOnlyList<string>)[Measures.Title(c), .. rows.Select((_, i) => At(i, c))])]);
    }

    /// <summary>Every metric with its interval.</summary>
    public static Table Metrics(Record record) => new(["metric", "value", "95 % interval", "unit"],
    [
        .. record.Metrics.Select(m => (IReadOnlyList<string>)
            [Measures.Title(m.Key), Measures.Text(m.Key, m.Value.Value), Interval(m.Value.Low, m.Value.High, v => Measures.Text(m.Key, v)), m.Value.Unit ?? ""]),
    ]);

    public static Table Claims(Record record) => new(["verdict", "claim", "estimate", "95 % interval"],
    [
        .. record.Claims.Select(c => (IReadOnlyList<string>)[VerdictText(c.Verdict), $"{c.Id}: {c.Text}", NumberText.Value(c.Estimate), Interval(c.Low, c.High, NumberText.Value)]),
    ]);

    /// <summary>
    /// Cells beside the dense net of the same experiment and seed: how much sooner they stop, and differences of accuracies (in points) and losses, with 95 % interval and where it lies.
    /// Without a row where no metric says such.
    /// </summary>
    public static Table BesideDense(Record record)
    {
        var found = record.Metrics.Where(m => m.Value.Side is not null && m.Key.Contains('.', StringComparison.Ordinal)).Select(m => (Cell: m.Key[..m.Key.LastIndexOf('.')], Measure: m.Key[(m.Key.LastIndexOf('.') + 1)..], m.Value)).ToList();
        string[] measures = [.. found.Select(f => f.Measure).Distinct()];
        return new(["cell", "Pm, %", .. measures.Select(m => Measures.Title(m) + (Measures.IsDifferenceOfShares(m) ? ", points" : ""))],
        [
            .. found.GroupBy(f => f.Cell).Select(cell => (IReadOnlyList<string>)
            [
                cell.Key, record.Metrics.TryGetValue($"{cell.Key}.pm", out var pm) ? NumberText.Value(pm.Value) : "–",
                .. measures.Select(m => cell.FirstOrDefault(c => c.Measure == m).Value is { } value ? Beside(m, value) : "–"),
            ]),
        ]);
    }

    private static string Beside(string measure, Metric metric)
    {
        var points = Measures.IsDifferenceOfShares(measure);
        return $"{Text(metric.Value)}{(metric is { Low: { } low, High: { } high } ? $" [{Text(low)}, {Text(high)}]" : "")} {SideText(metric.Side!.Value)}";

        string Text(double value) => points ? (100 * value).ToString("0.00", System.Globalization.CultureInfo.InvariantCulture) : NumberText.Value(value);
    }

    private static string SideText(Side side) => side == Side.NotJudged ? "NOT JUDGED" : side.ToString().ToUpperInvariant();

    public static Table Published(Record record) => new(["source", "row", "measure", "published", "measured"],
    [
        .. record.Published.Select(p => (IReadOnlyList<string>)[p.Source, p.Row, p.Measure, NumberText.Value(p.Value), p.Measured is { } m ? NumberText.Value(m) : "–"]),
    ]);

    /// <summary>PASS, FAIL, INCONCLUSIVE or NOT JUDGED.</summary>
    public static string VerdictText(Verdict verdict) => verdict == Verdict.NotJudged ? "NOT JUDGED" : verdict.ToString().ToUpperInvariant();

    private static string Interval(double? low, double? high, Func<double, string> text) => low is { } l && high is { } h ? $"{text(l)} … {text(h)}" : "";

    private static string Cell(OrderedDictionary<string, double> measures, string name, double? first) =>
        measures.TryGetValue(name, out var value) ? Measures.TextBeside(name, value, first) : "–";

    private static double? First(OrderedDictionary<string, double> measures, string name) => measures.TryGetValue(name, out var value) ? value : null;
}
