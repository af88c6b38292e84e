using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Runs;

namespace Prunus.Pruning;

/// <summary>JSON → <see cref="PruningPlan"/>; strict: an unknown key may be a cut that we would silently not make.</summary>
internal static class PlanReader
{
    // The lists of a donor of 126 layers with 53,248 neurons take 45 MB.
    private const int SizeLimit = 256 << 20;

    private static readonly string[] Keys = ["format", "donor", "hidden", "ffn", "query_heads", "kv_groups", "layers", "vocab", "head_merges", "norm_scales"];

    private static readonly string[] DonorKeys = ["fingerprint", "location"];

    public static PruningPlan Read(string path)
    {
        using var file = FileBytes.Map(path);
        return Parse(file.All(SizeLimit), path);
    }

    public static PruningPlan Parse(ReadOnlySpan<byte> json, string subject)
    {
        var root = StrictJson.Object(subject, json, SizeLimit);
        if (root["format"] is not JsonValue value || !value.TryGetValue(out string? format) || format != PruningPlan.Format)
        {
            throw new PrunusInputException(subject, $"is no pruning plan: 'format' is not \"{PruningPlan.Format}\"", "write the plan with `prunus plan`, or add the key");
        }

        RefuseUnknown(root, Keys, subject, "");
        return new PruningPlan
        {
            Subject = subject,
            Donor = Donor(root, subject),
            Hidden = Optional(root, "hidden", subject, Indices),
            Ffn = Optional(root, "ffn", subject, PerLayer),
            QueryHeads = Optional(root, "query_heads", subject, PerLayer),
            KvGroups = Optional(root, "kv_groups", subject, PerLayer),
            Layers = Optional(root, "layers", subject, Indices),
            Vocab = Optional(root, "vocab", subject, Indices),
            HeadMerges = Optional(root, "head_merges", subject, PlanMerges.Read),
            NormScales = Optional(root, "norm_scales", subject, NormScales),
        };
    }

    private static PlanDonor? Donor(JsonObject root, string subject)
    {
        if (!root.TryGetPropertyValue("donor", out var node))
        {
            return null;
        }

        if (node is not JsonObject donor)
        {
            throw new PrunusInputException(subject, "'donor' is no object", "write {\"fingerprint\":\"…\"}");
        }

        RefuseUnknown(donor, DonorKeys, subject, "donor.");
        return new PlanDonor(
            Text(donor, "fingerprint", subject) ?? throw new PrunusInputException(subject, "'donor.fingerprint' is missing", "remove 'donor' or give the fingerprint that `prunus info` shows"),
            Text(donor, "location", subject));
    }

    private static string? Text(JsonObject donor, string key, string subject) =>
        !donor.TryGetPropertyValue(key, out var node) ? null
        : node is JsonValue value && value.TryGetValue(out string? text) ? text
        : throw new PrunusInputException(subject, $"'donor.{key}' is no string", "write \"…\"");

    private static T? Optional<T>(JsonObject root, string key, string subject, Func<JsonNode?, string, string, T> read)
        where T : class => root.TryGetPropertyValue(key, out var node) ? read(node, key, subject) : null;

    private static IReadOnlyList<IReadOnlyList<int>> PerLayer(JsonNode? node, string name, string subject) =>
        node is JsonArray array
            ? [.. array.Select((layer, i) => Indices(layer, $"{name}[{i}]", subject))]
            : throw new PrunusInputException(subject, $"'{name}' is no list of lists", "write [[…],[…]], one list for each donor layer");

    private static IReadOnlyDictionary<string, double> NormScales(JsonNode? node, string name, string subject)
    {
        if (node is not JsonObject factors)
        {
            throw new PrunusInputException(subject, $"'{name}' is no object", "write {\"norm_final\":0.98,…}");
        }

        return factors.ToDictionary(
            f => f.Key,
            f => f.Value is JsonValue value && value.TryGetValue(out double factor) && double.IsFinite(factor) && factor > 0 ? factor
                : throw new PrunusInputException(subject, $"'{name}.{f.Key}' is no number above 0", "write a factor such as 0.98"));
    }

    internal static IReadOnlyList<int> Indices(JsonNode? node, string name, string subject)
    {
        if (node is not JsonArray array)
        {
            throw new PrunusInputException(subject, $"'{name}' is no list of indices", "write [0,1,…], or leave the key out to keep all");
        }

        var indices = new int[array.Count];
        for (var i = 0; i < indices.Length; i++)
        {
            indices[i] = array[i] is JsonValue value && value.TryGetValue(out int index) && index >= 0
                ? index
                : throw new PrunusInputException(subject, $"'{name}[{i}]' is no index", "write whole numbers from 0 on");
        }

        return indices;
    }

    internal static void RefuseUnknown(JsonObject json, string[] known, string subject, string prefix)
    {
        foreach (var (key, _) in json)
        {
            if (!known.Contains(key))
            {
                throw new PrunusInputException(subject, $"'{prefix}{key}' is no key of a plan", NearestName.Find(key, known) is { } near ? $"did you mean '{near}'?" : $"known are {string.Join(", ", known)}");
            }
        }
    }
}
