using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Prunus.Checkpoints;

namespace Prunus.Evaluation.Tasks;

/// <summary>The JSON object of a line; what is missing or wrong is an error that names file, line and field.</summary>
public sealed class TaskRow
{
    private const int Limit = 16 << 20;
    private readonly string _subject;
    private readonly JsonObject _fields;

    /// <param name="subject">File and line, for messages.</param>
    /// <param name="line">The line.</param>
    /// <exception cref="PrunusInputException">It is no JSON object.</exception>
    public TaskRow(string subject, string line)
        : this(subject, StrictJson.Object(subject, Encoding.UTF8.GetBytes(line), Limit))
    {
    }

    private TaskRow(string subject, JsonObject fields) => (_subject, _fields) = (subject, fields);

    public bool Has(string field) => _fields[field] is not null;

    public string Text(string field) => _fields[field] is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw Lacks(field, "a text");

    /// <summary>A whole number, also one written as text, as some copies of these data sets have it.</summary>
    /// <param name="field">Its name.</param>
    /// <param name="count">It lies in [0, count).</param>
    public int Index(string field, int count)
    {
        var index = _fields[field] switch
        {
            JsonValue value when value.TryGetValue<int>(out var number) => number,
            JsonValue value when value.TryGetValue<string>(out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            _ => -1,
        };
        return index >= 0 && index < count ? index : throw Lacks(field, $"a number from 0 to {count - 1}");
    }

    public IReadOnlyList<string> Texts(string field) =>
        _fields[field] is JsonArray array && array.Count > 0
            ? [.. array.Select(e => e is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw Lacks(field, "a list of texts"))]
            : throw Lacks(field, "a list of texts");

    public bool HoldsObject(string field) => _fields[field] is JsonObject;

    public TaskRow Object(string field) => _fields[field] is JsonObject inner ? new TaskRow($"{_subject}, '{field}'", inner) : throw Lacks(field, "an object");

    public IReadOnlyList<TaskRow> Objects(string field) =>
        _fields[field] is JsonArray array && array.Count > 0
            ? [.. array.Select(e => e is JsonObject inner ? new TaskRow($"{_subject}, '{field}'", inner) : throw Lacks(field, "a list of objects"))]
            : throw Lacks(field, "a list of objects");

    public bool HoldsList(string field) => _fields[field] is JsonArray;

    /// <summary>The error of a field that is not what the task needs.</summary>
    public PrunusInputException Lacks(string field, string kind) =>
        new(_subject, $"has no '{field}' that is {kind}", "give each line the fields that docs/methods/evaluation.md lists");
}
