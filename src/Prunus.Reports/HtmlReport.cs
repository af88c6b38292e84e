using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Prunus.Reports.Charts;
using Prunus.Runs;

namespace Prunus.Reports;

/// <summary>One run as one HTML file that needs no network, no script and no other file.</summary>
public static class HtmlReport
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads record.json and environment.json of a run folder and writes report.html there.</summary>
    /// <returns>Path of the report.</returns>
    /// <exception cref="PrunusInputException">There is no record, or it is damaged.</exception>
    public static string Write(string folder, string? output = null)
    {
        var record = RecordJson.ReadRecord(folder);
        var path = output ?? Path.Combine(folder, Record.ReportName);
        AtomicFile.WriteText(path, Render(record, RecordJson.ReadEnvironment(folder)));
        return path;
    }

    /// <summary>The page.</summary>
    public static string Render(Record record, RunEnvironment? environment)
    {
        var page = new HtmlPage(record.Title, ReportStyle.Css);
        page.Faint(string.Join(" · ", new[]
        {
            $"prunus {record.Verb}", record.Recipe is { } recipe ? $"recipe {recipe}" : null, record.Size is { } size ? $"size {size}" : null,
            environment?.Finished.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
        }.OfType<string>()));
        Summary(page, record, environment);
        foreach (var note in record.Notes ?? [])
        {
            page.Faint(note);
        }

        Claims(page, record);
        BesideDense(page, record);
        Drawn(page, "Curves", RecordFigures.Curves(record));
        Drawn(page, "Figures", RecordFigures.Others(record));
        Cut(page, record);
        Samples(page, record);
        Numbers(page, record);
        Repeat(page, record, environment);
        Machine(page, environment);
        return page.Finish();
    }

    private static void Summary(HtmlPage page, Record record, RunEnvironment? environment)
    {
        if (record.Subjects.Count == 0)
        {
            return;
        }

        page.Section("Before and after");
        page.Table(RecordTables.Subjects(record, environment), (column, cell) => column > 0 && cell.Split(' ') is [.. var value, var beside] && value.Length > 0 && beside is ['×' or '+' or '-', ..]
            ? $"{HtmlPage.Escape(string.Join(' ', value))} <small>{HtmlPage.Escape(beside)}</small>"
            : null);
        page.Faint($"Small figures compare with {record.Subjects[0].Name}: × is a ratio, + or - a difference. Losses are in nats per token.");
    }

    private static void Claims(HtmlPage page, Record record)
    {
        if (record.Claims.Count == 0)
        {
            return;
        }

        page.Section("Claims");
        page.Table(RecordTables.Claims(record), (column, cell) => column == 0 ? $"<span class=\"verdict {cell.Replace(' ', '-')}\">{cell}</span>" : null);
        page.Faint("PASS: the whole 95 % interval is on the claim's side; FAIL: wholly on the other; else INCONCLUSIVE.");
    }

    private static void BesideDense(HtmlPage page, Record record)
    {
        var table = RecordTables.BesideDense(record);
        if (table.Rows.Count > 0)
        {
            page.Section("Beside the dense net");
            page.Table(table);
            page.Faint("Paired by seed with the dense net of the same experiment: differences (accuracies in points), and by what factor it stops sooner, with 95 % intervals. ABOVE or BELOW: the whole interval is, of 0 or of a factor of 1.");
        }
    }

    private static void Drawn(HtmlPage page, string section, IReadOnlyList<(string Title, string Svg)> figures)
    {
        if (figures.Count == 0)
        {
            return;
        }

        page.Section(section);
        foreach (var (title, svg) in figures)
        {
            page.Heading(title);
            page.Html(svg);
        }
    }

    private static void Cut(HtmlPage page, Record record)
    {
        if (record.Cut is not { } cut)
        {
            return;
        }

        page.Section("What was cut");
        page.Paragraph(CutChart.Describe(cut));
        page.Html(CutChart.Draw(cut));
        page.Html("<p class=\"faint\"><span class=\"key kept\"></span>kept<span class=\"key cut\"></span>removed<span class=\"key gone\"></span>layer removed</p>\n");
    }

    private static void Samples(HtmlPage page, Record record)
    {
        if (record.Samples.Count == 0)
        {
            return;
        }

        page.Section("Samples");
        foreach (var sample in record.Samples)
        {
            page.Heading(sample.Subject);
            page.Html($"<blockquote><span class=\"prompt\">{HtmlPage.Escape(sample.Prompt)}</span>{HtmlPage.Escape(sample.Text)}</blockquote>\n");
        }
    }

    private static void Numbers(HtmlPage page, Record record)
    {
        if (record.Published.Count > 0)
        {
            page.Section("Published and measured");
            page.Table(RecordTables.Published(record));
        }

        if (record.Metrics.Count > 0)
        {
            page.Section("Metrics");
            page.Table(RecordTables.Metrics(record));
        }
    }

    private static void Repeat(HtmlPage page, Record record, RunEnvironment? environment)
    {
        page.Section("To repeat this run");
        if (environment is not null)
        {
            page.Code(environment.Command);
        }

        var rows = record.Options.Select(o => (IReadOnlyList<string>)[o.Key, OptionText(o.Value)]).ToList();
        if (record.Seeds.Count > 0)
        {
            rows.Add(["seeds", string.Join(", ", record.Seeds)]);
        }

        if (rows.Count > 0)
        {
            page.Table(new Table(["option", "value"], rows), (column, cell) => column == 1 ? $"<code>{HtmlPage.Escape(cell)}</code>" : null);
        }

        if (record.Artefacts.Count > 0)
        {
            page.Heading("Files");
            page.Table(new Table(["file", "what"], [.. record.Artefacts.Select(a => (IReadOnlyList<string>)[a.Path, a.Description])]),
                (column, cell) => column == 0 ? $"<code>{HtmlPage.Escape(cell)}</code>" : null);
        }
    }

    private static void Machine(HtmlPage page, RunEnvironment? environment)
    {
        if (environment is null)
        {
            return;
        }

        page.Section("Environment");
        List<IReadOnlyList<string>> rows =
        [
            ["prunus", environment.Version],
            ["system", $"{environment.OperatingSystem}, {environment.Architecture}, {environment.Runtime}"],
            ["processor", $"{environment.Processor ?? "unknown"}, {environment.Cores} cores"],
            ["memory", NumberText.Bytes(environment.MemoryBytes)],
            ["device", environment.Device ?? "none used"],
            ["libtorch", environment.Libtorch ?? "not loaded"],
            .. environment.StageSeconds.Select(s => (IReadOnlyList<string>)[$"stage {s.Key}", Duration(s.Value)]),
        ];
        page.Table(new Table(["what", "found"], rows));
    }

    private static string Duration(double seconds) => seconds switch
    {
        < 60 => seconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{(int)seconds / 60} min {(int)seconds % 60:00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)seconds / 3600} h {(int)seconds / 60 % 60:00} min"),
    };

    private static string OptionText(JsonNode? value) => value is JsonValue v && v.TryGetValue<string>(out var text) ? text : value?.ToJsonString(Plain) ?? "null";
}
