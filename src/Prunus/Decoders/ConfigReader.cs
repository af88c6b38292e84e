using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Prunus.Decoders;

/// <summary>Typed, range-checked access to a config.json; every fault names file and field.</summary>
internal sealed class ConfigReader(JsonObject config, string subject)
{
    /// <summary>Largest width, head count or vocabulary believed: far above any published model, far below what would overflow.</summary>
    public const int LargestDimension = 1 << 24;

    public JsonObject Json => config;

    public string Subject => subject;

    public bool Has(string key) => config[key] is not null;

    public int Int(string? key, int? fallback = null, int least = 1, int most = LargestDimension)
    {
        if (key is null || config[key] is not { } node)
        {
            return fallback ?? throw Fault(key ?? "?", "is missing", "add it to the file");
        }

        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number || !long.TryParse(value.ToJsonString(), CultureInfo.InvariantCulture, out var number))
        {
            throw Fault(key, "is no integer", "write a plain integer");
        }

        return number >= least && number <= most
            ? (int)number
            : throw Fault(key, string.Create(CultureInfo.InvariantCulture, $"is {number}, outside {least} to {most}"), "correct the value");
    }

    public double Double(string? key, double? fallback = null, double least = double.Epsilon, double most = 1e15)
    {
        if (key is null || config[key] is not { } node)
        {
            return fallback ?? throw Fault(key ?? "?", "is missing", "add it to the file");
        }

        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
        {
            throw Fault(key, "is no number", "write a plain number");
        }

        var number = value.Deserialize<double>();
        return double.IsFinite(number) && number >= least && number <= most
            ? number
            : throw Fault(key, string.Create(CultureInfo.InvariantCulture, $"is {number}, outside {least} to {most}"), "correct the value");
    }

    public double? OptionalDouble(string key) => Has(key) ? Double(key) : null;

    public int? OptionalInt(string key, int least = 1) => Has(key) ? Int(key, least: least) : null;

    public bool Bool(string? key, bool fallback)
    {
        if (key is null || config[key] is not { } node)
        {
            return fallback;
        }

        return node is JsonValue value && value.TryGetValue(out bool flag) ? flag : throw Fault(key, "is neither true nor false", "write true or false");
    }

    public string? String(string key)
    {
        if (config[key] is not { } node)
        {
            return null;
        }

        return node is JsonValue value && value.TryGetValue(out string? text) ? text : throw Fault(key, "is no string", "write a string");
    }

    public ConfigReader? Object(string key)
    {
        if (config[key] is not { } node)
        {
            return null;
        }

        return node is JsonObject inner ? new ConfigReader(inner, $"{subject}: {key}") : throw Fault(key, "is no object", "write {…}");
    }

    public string?[]? Strings(string key)
    {
        if (config[key] is not { } node)
        {
            return null;
        }

        return node is JsonArray array && array.All(e => e is JsonValue v && v.TryGetValue(out string? _))
            ? [.. array.Select(e => e!.GetValue<string>())]
            : throw Fault(key, "is no array of strings", "write [\"…\"]");
    }

    public PrunusInputException Fault(string key, string problem, string remedy) => new(subject, $"'{key}' {problem}", remedy);
}
