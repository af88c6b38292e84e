using System.Text.Json.Nodes;

namespace Prunus.Lottery.Experiments.Measures;

/// <summary>What one training gave.</summary>
/// <param name="Metrics">By the names of <see cref="TicketMetrics"/>; what could not be measured is absent.</param>
/// <param name="Curve">Validation loss during training: step and nats.</param>
public sealed record TicketOutcome(IReadOnlyDictionary<string, double> Metrics, IReadOnlyList<(long Step, double Loss)> Curve)
{
    public JsonObject ToJson() => new()
    {
        ["metrics"] = new JsonObject(Metrics.Where(m => double.IsFinite(m.Value)).Select(m => KeyValuePair.Create(m.Key, (JsonNode?)JsonValue.Create(m.Value)))),
        ["curve"] = new JsonArray([.. Curve.Where(p => double.IsFinite(p.Loss)).Select(p => (JsonNode)new JsonArray(p.Step, p.Loss))]),
    };

    /// <exception cref="PrunusInputException">It is no outcome.</exception>
    public static TicketOutcome FromJson(JsonObject json, string subject)
    {
        try
        {
            return new TicketOutcome(
                json["metrics"]!.AsObject().ToDictionary(m => m.Key, m => m.Value!.GetValue<double>(), StringComparer.Ordinal),
                [.. json["curve"]!.AsArray().Select(p => (p![0]!.GetValue<long>(), p[1]!.GetValue<double>()))]);
        }
        catch (Exception e) when (e is InvalidOperationException or NullReferenceException or FormatException or ArgumentOutOfRangeException)
        {
            throw new PrunusInputException(subject, "is no outcome of a training", "delete it to compute it again", e);
        }
    }
}
