using System.Text.Json.Nodes;

namespace Prunus.Recipes;

/// <summary>What one variant gave with one seed.</summary>
/// <param name="Metrics">By name.</param>
/// <param name="Curve">Held-out loss during training: steps done (0 = before) and loss.</param>
/// <param name="TokensPerStep">Tokens trained on in a step; 0 without training.</param>
public sealed record CellResult(IReadOnlyDictionary<string, double> Metrics, IReadOnlyList<(long Step, double Loss)> Curve, long TokensPerStep)
{
    private static readonly Dictionary<string, double> None = [];

    /// <summary>Least values of the trainings that the metrics are means of; empty where there was one.</summary>
    public IReadOnlyDictionary<string, double> Least { get; init; } = None;

    /// <summary>Their most.</summary>
    public IReadOnlyDictionary<string, double> Most { get; init; } = None;

    /// <summary>Loss at a step of the curve, or null.</summary>
    public double? LossAt(long step) => Curve.Any(p => p.Step == step) ? Curve.First(p => p.Step == step).Loss : null;

    /// <summary>
    /// Tokens until the held-out loss has come down to <paramref name="loss"/>, between two points of the curve by a straight line; null when it never did.
    /// </summary>
    public double? TokensTo(double loss)
    {
        for (var i = 0; i < Curve.Count; i++)
        {
            if (Curve[i].Loss <= loss)
            {
                var share = i == 0 ? 0 : (Curve[i - 1].Loss - loss) / (Curve[i - 1].Loss - Curve[i].Loss);
                var from = i == 0 ? Curve[i].Step : Curve[i - 1].Step;
                return (from + (share * (Curve[i].Step - from))) * TokensPerStep;
            }
        }

        return null;
    }

    /// <summary>Tokens trained on in all.</summary>
    public double Tokens => Curve.Count == 0 ? 0 : (double)Curve[^1].Step * TokensPerStep;

    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["metrics"] = Written(Metrics),
            ["curve"] = new JsonArray([.. Curve.Select(p => (JsonNode)new JsonArray(p.Step, p.Loss))]),
            ["tokens_per_step"] = TokensPerStep,
        };
        if (Least.Count > 0)
        {
            (json["least"], json["most"]) = (Written(Least), Written(Most));
        }

        return json;
    }

    /// <exception cref="PrunusInputException">It is no result.</exception>
    public static CellResult FromJson(JsonObject json, string subject)
    {
        try
        {
            return new CellResult(
                Read(json["metrics"]!), [.. json["curve"]!.AsArray().Select(p => (p![0]!.GetValue<long>(), p[1]!.GetValue<double>()))], json["tokens_per_step"]!.GetValue<long>())
            {
                Least = json["least"] is { } least ? Read(least) : None, Most = json["most"] is { } most ? Read(most) : None,
            };
        }
        catch (Exception e) when (e is InvalidOperationException or NullReferenceException or FormatException or ArgumentOutOfRangeException)
        {
            throw new PrunusInputException(subject, "is no result of a cell", "delete it to compute it again", e);
        }
    }

    private static JsonObject Written(IReadOnlyDictionary<string, double> metrics) => new(metrics.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)JsonValue.Create(m.Value))));

    private static Dictionary<string, double> Read(JsonNode json) => json.AsObject().ToDictionary(m => m.Key, m => m.Value!.GetValue<double>(), StringComparer.Ordinal);
}
