using System.Text.Json.Nodes;
using Prunus.Decoders;
using Prunus.Pruning;

namespace Prunus.Tests.Pruning;

/// <summary>The reference numbers of goldens/pruning and the tiny decoders they were made from.</summary>
internal static class PruningGoldens
{
    public static readonly string[] Cases = ["llama", "qwen3", "gpt2", "nemotron", "gemma2"];

    public static string DonorFolder(string name) => SharedFiles.Path("goldens", "decoders", name);

    public static string File(string name, string file) => SharedFiles.Path("goldens", "pruning", name, file);

    public static JsonObject Json(string name, string file) => (JsonObject)JsonNode.Parse(System.IO.File.ReadAllText(File(name, file)))!;

    public static JsonObject DonorJson(string name) => (JsonObject)JsonNode.Parse(System.IO.File.ReadAllText(Path.Combine(DonorFolder(name), "config.json")))!;

    public static DecoderConfig Donor(string name) => DecoderConfig.FromHuggingFace(DonorJson(name), name);

    /// <summary>The variants of a case: name → plan.</summary>
    public static IReadOnlyDictionary<string, PruningPlan> Plans(string name)
    {
        var json = Json(name, "surgery.json");
        var plan = json["plan"]!.AsObject();
        return json["axes"]!.AsObject().ToDictionary(a => a.Key, a =>
        {
            var axes = a.Value!.AsArray().Select(x => x!.GetValue<string>()).ToHashSet();
            return new PruningPlan
            {
                Subject = $"{name}/{a.Key}",
                Hidden = axes.Contains("hidden") ? List(plan["hidden"]!) : null,
                Ffn = axes.Contains("ffn") ? Lists(plan["ffn"]!) : null,
                QueryHeads = axes.Contains("qheads") ? Lists(plan["qheads"]!) : null,
                KvGroups = axes.Contains("groups") ? Lists(plan["groups"]!) : null,
                Layers = axes.Contains("layers") ? List(plan["layers"]!) : null,
            };
        });
    }

    public static int[] List(JsonNode node) => [.. node.AsArray().Select(i => i!.GetValue<int>())];

    private static int[][] Lists(JsonNode node) => [.. node.AsArray().Select(l => List(l!))];
}
