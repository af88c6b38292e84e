using System.Text.Json.Nodes;

namespace Prunus.Lottery.Kinds;

/// <summary>One training of a study of kinds.</summary>
/// <param name="Experiment">Name of its experiment.</param>
/// <param name="Kind">Name of its kind; null for the dense net that all kinds start from.</param>
/// <param name="Seed">Seed of initial weights and data order.</param>
public sealed record SparsityJob(string Experiment, string? Kind, long Seed)
{
    /// <summary>Unique in a study; also a file name.</summary>
    public string Id { get; } = string.Concat(FormattableString.Invariant($"{Experiment}-{Kind ?? "start"}-seed{Seed}").Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));

    public JsonObject ToJson() => new() { ["experiment"] = Experiment, ["kind"] = Kind, ["seed"] = Seed };

    public static SparsityJob FromJson(JsonObject json) => new(json["experiment"]!.GetValue<string>(), json["kind"]?.GetValue<string>(), json["seed"]!.GetValue<long>());
}
