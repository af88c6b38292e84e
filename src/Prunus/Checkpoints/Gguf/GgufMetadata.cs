using System.Globalization;

namespace Prunus.Checkpoints.Gguf;

/// <summary>Typed, range-checked access to the metadata of one architecture; every fault names file and key.</summary>
/// <param name="values">All metadata.</param>
/// <param name="location">File named in errors.</param>
internal sealed class GgufMetadata(IReadOnlyDictionary<string, GgufValue> values, string location)
{
    // Far above any published model, far below what would overflow.
    private const long Largest = 1 << 24;

    /// <summary><c>general.architecture</c>.</summary>
    public string Architecture => String("general.architecture") ?? throw Fault("general.architecture", "is missing", "give the GGUF file of a language model");

    /// <summary>A key of the architecture: <c>llama.block_count</c> for <c>block_count</c>.</summary>
    public string Own(string key) => $"{Architecture}.{key}";

    public bool Has(string key) => values.ContainsKey(key);

    public string? String(string key) => !values.TryGetValue(key, out var value) ? null
        : value.Value as string ?? throw Fault(key, "is no string", "get the file again");

    public bool? Bool(string key) => !values.TryGetValue(key, out var value) ? null
        : value.Value as bool? ?? throw Fault(key, "is no truth value", "get the file again");

    public string[]? Strings(string key) => !values.TryGetValue(key, out var value) ? null
        : value.Value as string[] ?? throw Fault(key, "is no array of strings", "get the file again");

    public float[]? Floats(string key) => !values.TryGetValue(key, out var value) ? null
        : value.Value as float[] ?? throw Fault(key, "is no array of FLOAT32", "get the file again");

    /// <summary>A whole number of any integer type, or null when absent.</summary>
    public long? OptionalInt(string key, long least = 0, long most = Largest) =>
        values.TryGetValue(key, out var value) ? InRange(key, Whole(key, value.Value), least, most) : null;

    public long Int(string key, long least = 1) => OptionalInt(key, least) ?? throw Missing(key);

    /// <summary>A number for each layer, given once for all or as an array.</summary>
    public long[]? PerLayer(string key, int layers)
    {
        if (!values.TryGetValue(key, out var value))
        {
            return null;
        }

        if (value.Value is not Array array)
        {
            var number = InRange(key, Whole(key, value.Value), 1, Largest);
            return [.. Enumerable.Repeat(number, layers)];
        }

        return array.Length == layers
            ? [.. array.Cast<object>().Select(v => InRange(key, Whole(key, v), 1, Largest))]
            : throw Fault(key, $"has {array.Length} entries for {layers} layers", "get the file again");
    }

    public double? OptionalDouble(string key)
    {
        if (!values.TryGetValue(key, out var value))
        {
            return null;
        }

        // 1e-5 as float32 is 9.99999974e-06: the shortest text gives back the number that was meant.
        var number = value.Value switch
        {
            float single => double.Parse(single.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
            double d => d,
            _ => throw Fault(key, "is no floating-point number", "get the file again"),
        };
        return double.IsFinite(number) ? number : throw Fault(key, "is not finite", "get the file again");
    }

    public double Double(string key) => OptionalDouble(key) ?? throw Missing(key);

    public PrunusInputException Fault(string key, string problem, string remedy) => new(location, $"'{key}' {problem}", remedy);

    private PrunusInputException Missing(string key) => Fault(key, "is missing", "get a complete file");

    private long Whole(string key, object value) => value switch
    {
        byte v => v,
        sbyte v => v,
        ushort v => v,
        short v => v,
        uint v => v,
        int v => v,
        ulong v => v <= long.MaxValue ? (long)v : long.MaxValue,
        long v => v,
        _ => throw Fault(key, "is no whole number", "get the file again"),
    };

    private long InRange(string key, long value, long least, long most) => value >= least && value <= most
        ? value
        : throw Fault(key, $"is {value}, outside {least} to {most}", "get the file again");
}
