using System.Text.Json.Nodes;
using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>The <c>head_merges</c> of a plan: reading, writing, and what they must fit.</summary>
internal static class PlanMerges
{
    private static readonly string[] Keys = ["layer", "sign", "matrices", "pairs"];

    private static readonly (HeadMatrices Matrix, string Name)[] Names =
        [(HeadMatrices.Query, "q"), (HeadMatrices.Key, "k"), (HeadMatrices.Value, "v"), (HeadMatrices.Output, "o")];

    /// <summary>The matrix of attention that a parameter belongs to, or null: also an output bias, which is no head's.</summary>
    public static HeadMatrices? MatrixOf(ParameterSpec parameter) => parameter.Name.Split('.') switch
    {
        ["layers", _, "attn", "o", "bias"] => null,
        ["layers", _, "attn", var part, _] when Names.FirstOrDefault(n => n.Name == part).Matrix is not HeadMatrices.None and var matrix => matrix,
        _ => null,
    };

    public static string Text(HeadMerge merge) =>
        $"{{\"layer\":{merge.Layer},\"sign\":\"{(merge.Sign == HeadMerging.Literal ? "literal" : "flipped")}\","
        + $"\"matrices\":[{string.Join(',', Names.Where(n => merge.Matrices.HasFlag(n.Matrix)).Select(n => $"\"{n.Name}\""))}],"
        + $"\"pairs\":[{string.Join(',', merge.Pairs.Select(p => $"[{p.Kept},{p.Removed}]"))}]}}";

    public static IReadOnlyList<HeadMerge> Read(JsonNode? node, string name, string subject) => node is JsonArray array
        ? [.. array.Select((merge, i) => Merge(merge, $"{name}[{i}]", subject))]
        : throw new PrunusInputException(subject, $"'{name}' is no list", "write [{\"layer\":0,\"sign\":\"literal\",\"matrices\":[\"q\"],\"pairs\":[[0,1]]}]");

    /// <summary>Refuses merges that do not fit donor and plan.</summary>
    /// <returns>Merges by donor layer.</returns>
    public static IReadOnlyDictionary<int, HeadMerge> Check(
        IReadOnlyList<HeadMerge> merges, DecoderConfig donor, IReadOnlyList<int> layers, IReadOnlyList<IReadOnlyList<int>> heads, string subject)
    {
        var byLayer = new Dictionary<int, HeadMerge>();
        for (var m = 0; m < merges.Count; m++)
        {
            var (merge, name) = (merges[m], $"head_merges[{m}]");
            if (!layers.Contains(merge.Layer))
            {
                throw new PrunusInputException(subject, $"'{name}' is for layer {merge.Layer}, which does not stay", "merge heads of layers that stay");
            }

            if (!byLayer.TryAdd(merge.Layer, merge))
            {
                throw new PrunusInputException(subject, $"'{name}' is for layer {merge.Layer} again", "give one entry for each layer");
            }

            if (merge.Sign == HeadMerging.None || merge.Matrices == HeadMatrices.None)
            {
                throw new PrunusInputException(subject, $"'{name}' says no sign or no matrix", "write \"literal\" or \"flipped\", and matrices such as [\"q\"]");
            }

            CheckPairs(merge, donor.Layers[merge.Layer], heads[merge.Layer], name, subject);
        }

        return byLayer;
    }

    private static void CheckPairs(HeadMerge merge, LayerConfig layer, IReadOnlyList<int> heads, string name, string subject)
    {
        var share = layer.QueryHeads / layer.KvGroups;
        if (share > 1 && (merge.Matrices & (HeadMatrices.Key | HeadMatrices.Value)) != 0)
        {
            throw new PrunusInputException(subject, $"'{name}' merges keys or values, which {share} query heads share here", "merge q, or q and o");
        }

        var seen = new HashSet<int>();
        foreach (var (kept, removed) in merge.Pairs)
        {
            var problem = kept < 0 || removed < 0 || kept >= layer.QueryHeads || removed >= layer.QueryHeads ? $"the donor has heads 0 to {layer.QueryHeads - 1}"
                : !heads.Contains(kept) ? $"head {kept} does not stay"
                : heads.Contains(removed) ? $"head {removed} stays"
                : share > 1 && kept / share != removed / share ? "the two heads are of different kv groups"
                : !seen.Add(kept) || !seen.Add(removed) ? "a head is in two pairs"
                : null;
            if (problem is not null)
            {
                throw new PrunusInputException(subject, $"'{name}' pairs [{kept},{removed}], but {problem}", "pair a head that stays with one that goes");
            }
        }
    }

    private static HeadMerge Merge(JsonNode? node, string name, string subject)
    {
        if (node is not JsonObject merge)
        {
            throw new PrunusInputException(subject, $"'{name}' is no object", "write {\"layer\":0,\"sign\":\"literal\",\"matrices\":[\"q\"],\"pairs\":[[0,1]]}");
        }

        PlanReader.RefuseUnknown(merge, Keys, subject, name + ".");
        return new HeadMerge(
            merge["layer"] is JsonValue layer && layer.TryGetValue(out int index) && index >= 0 ? index : throw Fault("layer", "is no index", "write the donor's layer"),
            Text(merge["sign"]) switch
            {
                "literal" => HeadMerging.Literal,
                "flipped" => HeadMerging.Flipped,
                _ => throw Fault("sign", "is neither \"literal\" nor \"flipped\"", "write one of the two"),
            },
            merge["matrices"] is JsonArray { Count: > 0 } matrices
                ? matrices.Aggregate(HeadMatrices.None, (all, m) => all | Matrix(m))
                : throw Fault("matrices", "is no list of matrices", "write [\"q\"], or more of q, k, v, o"),
            merge["pairs"] is JsonArray pairs ? [.. pairs.Select(Pair)] : throw Fault("pairs", "is no list of pairs", "write [[kept,removed],…]"));

        HeadMatrices Matrix(JsonNode? part) => Names.FirstOrDefault(n => n.Name == Text(part)) is { Matrix: not HeadMatrices.None } known ? known.Matrix
            : throw Fault("matrices", $"holds {part?.ToJsonString() ?? "null"}", "choose from q, k, v, o");

        HeadPair Pair(JsonNode? pair, int i) => PlanReader.Indices(pair, $"{name}.pairs[{i}]", subject) is [var kept, var removed] ? new HeadPair(kept, removed)
            : throw Fault($"pairs[{i}]", "is no pair", "write [kept,removed]");

        PrunusInputException Fault(string key, string problem, string remedy) => new(subject, $"'{name}.{key}' {problem}", remedy);
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
