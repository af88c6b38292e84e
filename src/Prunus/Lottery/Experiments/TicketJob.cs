using System.Text.Json.Nodes;

namespace Prunus.Lottery.Experiments;

/// <summary>One training of a study.</summary>
/// <param name="Experiment">Name of its experiment.</param>
/// <param name="Branch">Id of its branch.</param>
/// <param name="Level">Level.</param>
/// <param name="Seed">Seed of initial weights and data order.</param>
/// <param name="Replicate">From 0; further draws of the branch.</param>
public sealed record TicketJob(string Experiment, string Branch, int Level, long Seed, int Replicate)
{
    /// <summary>Unique in a study; also a file name.</summary>
    public string Id { get; } = FormattableString.Invariant($"{Experiment}-{Branch}-level{Level:D2}-seed{Seed}-{Replicate}").Replace('/', '-').Replace(' ', '-');

    public JsonObject ToJson() => new() { ["experiment"] = Experiment, ["branch"] = Branch, ["level"] = Level, ["seed"] = Seed, ["replicate"] = Replicate };

    public static TicketJob FromJson(JsonObject json) => new(
        json["experiment"]!.GetValue<string>(), json["branch"]!.GetValue<string>(), json["level"]!.GetValue<int>(), json["seed"]!.GetValue<long>(), json["replicate"]!.GetValue<int>());
}
