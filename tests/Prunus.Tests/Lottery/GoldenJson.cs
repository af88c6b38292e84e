using System.Text.Json;

namespace Prunus.Tests.Lottery;

/// <summary>A value of a reference's JSON. Reading numbers and words notes their path, <c>a/b/0</c>.</summary>
internal sealed class GoldenJson(JsonElement value, string path, HashSet<string> read)
{
    public GoldenJson this[string name] => new(value.GetProperty(name), path.Length == 0 ? name : $"{path}/{name}", read);

    public IEnumerable<string> Names => value.EnumerateObject().Select(p => p.Name);

    public IReadOnlyList<GoldenJson> Items => [.. value.EnumerateArray().Select((e, i) => new GoldenJson(e, $"{path}/{i}", read))];

    public double Number => Noted.GetDouble();

    public int Integer => Noted.GetInt32();

    public bool Flag => Noted.GetBoolean();

    public string Text => Noted.GetString()!;

    public double[] Numbers => [.. Noted.EnumerateArray().Select(e => e.GetDouble())];

    public long[] Integers => [.. Noted.EnumerateArray().Select(e => e.GetInt64())];

    public string[] Texts => [.. Noted.EnumerateArray().Select(e => e.GetString()!)];

    private JsonElement Noted
    {
        get
        {
            read.Add(path);
            return value;
        }
    }

    public bool Has(string name) => value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out _);

    /// <summary>Paths of all numbers, words, and lists of them.</summary>
    public IEnumerable<string> Leaves() => value.ValueKind switch
    {
        JsonValueKind.Object => Names.SelectMany(n => this[n].Leaves()),
        JsonValueKind.Array when value.EnumerateArray().Any(e => e.ValueKind is JsonValueKind.Object or JsonValueKind.Array) => Items.SelectMany(i => i.Leaves()),
        _ => [path],
    };
}
