using System.Text.Json.Nodes;

namespace Prunus.Lottery.Tickets;

/// <summary>Fields of a header's objects, each checked for kind and range.</summary>
internal sealed class HeaderFields(string subject, JsonObject json)
{
    private const int MostTensors = 1 << 14, MostDimensions = 8;

    public bool Has(string key) => json.ContainsKey(key);

    public string Text(string key, int longest) => json[key] is JsonValue v && v.TryGetValue<string>(out var text) && text.Length is > 0 && text.Length <= longest
        ? text
        : throw Fault($"has no '{key}' that is a text of 1 to {longest} characters");

    public long Integer(string key, long least, long most) => json[key] is JsonValue v && v.TryGetValue<long>(out var number) && number >= least && number <= most
        ? number
        : throw Fault($"has no '{key}' that is a whole number of {least} to {most}");

    public JsonObject Object(string key) => json[key] is JsonObject o ? (JsonObject)o.DeepClone() : throw Fault($"has no '{key}' that is an object");

    /// <summary>A list of objects with different names.</summary>
    public List<HeaderFields> Objects(string key)
    {
        var list = json[key] is JsonArray a && a.Count <= MostTensors && a.All(e => e is JsonObject)
            ? a.Select(e => new HeaderFields(subject, e!.AsObject())).ToList()
            : throw Fault($"has no '{key}' that is a list of at most {MostTensors} objects");
        return list.Select(e => e.Text("name", int.MaxValue)).Distinct(StringComparer.Ordinal).Count() == list.Count ? list : throw Fault($"names a tensor twice in '{key}'");
    }

    /// <summary>Dimensions and their product.</summary>
    public (IReadOnlyList<long> Shape, int Count) Shape(long mostElements)
    {
        var shape = json["shape"] is JsonArray a && a.Count <= MostDimensions ? a.Select(d => d is JsonValue v && v.TryGetValue<long>(out var n) ? n : -1).ToArray() : [-1];
        var count = 1L;
        foreach (var size in shape)
        {
            // The factor is compared first, so the product never overflows; a later 0 doesn't excuse it.
            Check(size >= 0 && size <= mostElements && Math.Max(count, 1) * Math.Max(size, 1) <= mostElements, $"has a shape that is none of at most {mostElements} elements");
            count *= size;
        }

        return (shape, (int)count);
    }

    /// <exception cref="PrunusInputException">It does not hold.</exception>
    public void Check(bool holds, string problem)
    {
        if (!holds)
        {
            throw Fault(problem);
        }
    }

    private PrunusInputException Fault(string problem) => new(subject, problem, TicketFile.Remedy);
}
