using System.Text.Json.Nodes;
using Prunus.Runs;

namespace Prunus.Reports;

/// <summary>Metrics of several records side by side, each beside the first.</summary>
/// <param name="Runs">Name and record; the first is what the others are compared with.</param>
public sealed record RecordComparison(IReadOnlyList<(string Name, Record Record)> Runs)
{
    /// <summary>Names of all metrics, in order of appearance.</summary>
    public IReadOnlyList<string> Metrics { get; } = [.. Runs.SelectMany(r => r.Record.Metrics.Keys).Distinct()];

    /// <summary>A metric of a run, or null.</summary>
    public double? Value(int run, string metric) => Runs[run].Record.Metrics.TryGetValue(metric, out var found) ? found.Value : null;

    /// <summary>A row for each metric; every run but the first shows value and ratio to the first.</summary>
    public Table Table() => new(["metric", .. Runs.Select(r => r.Name)],
    [
        .. Metrics.Select(m => (IReadOnlyList<string>)[Measures.Title(m), .. Runs.Select((_, i) => Cell(i, m))]),
    ]);

    public JsonObject ToJson() => new()
    {
        ["schema"] = "prunus-compare/1",
        ["runs"] = new JsonArray([.. Runs.Select((run, i) => new JsonObject
        {
            ["name"] = run.Name,
            ["title"] = run.Record.Title,
            ["metrics"] = Values(i, v => v),
            ["ratio_to_first"] = new JsonObject(Metrics.Where(m => Value(i, m) is not null && Value(0, m) is not null).Select(m => KeyValuePair.Create(m, (JsonNode?)Number(Value(i, m) / Value(0, m))))),
        })]),
    };

    private JsonObject Values(int run, Func<double, double> of) =>
        new(Metrics.Where(m => Value(run, m) is not null).Select(m => KeyValuePair.Create(m, (JsonNode?)Number(of(Value(run, m)!.Value)))));

    // JSON has no NaN; null says that there is no number.
    private static JsonValue? Number(double? value) => value is { } v && double.IsFinite(v) ? JsonValue.Create(v) : null;

    private string Cell(int run, string metric) => (Value(run, metric), Value(0, metric)) switch
    {
        (null, _) => "–",
        ({ } value, { } first) when run > 0 && first != 0 => $"{Measures.Text(metric, value)} {Measures.Ratio(value / first)}",
        ({ } value, _) => Measures.Text(metric, value),
    };
}
