using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Prunus.Runs;

/// <summary>
/// One spelling for equal JSON documents: keys in ordinal order, no white space, whole numbers without a point, other numbers in their shortest
/// round-trip form. What runs are named after.
/// </summary>
public static class CanonicalJson
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject o => "{" + string.Join(',', o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{Quote(p.Key)}:{Write(p.Value)}")) + "}",
        JsonArray a => "[" + string.Join(',', a.Select(Write)) + "]",
        _ => Scalar(node),
    };

    private static string Scalar(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.Number => Number(node.ToJsonString()),
        JsonValueKind.String => Quote(node.GetValue<string>()),
        _ => node.ToJsonString(),
    };

    private static string Number(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) && decimal.IsInteger(exact)
            ? exact.ToString("0", CultureInfo.InvariantCulture)
            : double.Parse(text, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture);

    private static string Quote(string text) => JsonSerializer.Serialize(text, Plain);
}
