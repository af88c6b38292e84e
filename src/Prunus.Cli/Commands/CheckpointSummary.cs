using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Decoders;

namespace Prunus.Cli.Commands;

/// <summary>What <c>info</c> tells of a checkpoint.</summary>
/// <param name="Location">Folder or file.</param>
/// <param name="Config">Architecture.</param>
/// <param name="Parameters">Parameters by our naming; a tied head counts once.</param>
/// <param name="Tensors">Tensors in the files.</param>
/// <param name="Licence">SPDX id, or null.</param>
internal sealed record CheckpointSummary(
    string Location, DecoderConfig Config, IReadOnlyList<ParameterSpec> Parameters, IReadOnlyCollection<TensorEntry> Tensors, string? Licence)
{
    public static CheckpointSummary Of(Checkpoint checkpoint)
    {
        var config = DecoderConfig.FromHuggingFace(checkpoint.Config, checkpoint.Location);
        return new(checkpoint.Location, config, config.Parameters(), [.. checkpoint.Tensors.Values], checkpoint.Licence);
    }

    public long TotalParameters => Parameters.Sum(p => p.ElementCount);

    /// <summary>Parameters outside token embedding, learned positions and output head.</summary>
    public long NonEmbeddingParameters => Parameters.Where(p => p.Layer is not null || p.Name.StartsWith("norm_final", StringComparison.Ordinal)).Sum(p => p.ElementCount);

    public long Bytes => Tensors.Sum(t => t.ByteCount);

    /// <summary>Tensors and bytes by stored type, the largest first.</summary>
    public IEnumerable<(string Type, int Tensors, long Bytes)> Types => Tensors
        .GroupBy(t => t.StoredAs)
        .Select(g => (g.Key, g.Count(), g.Sum(t => t.ByteCount)))
        .OrderByDescending(t => t.Item3);

    /// <summary>Runs of consecutive layers that are alike.</summary>
    public IEnumerable<(int First, int Last, LayerConfig Layer, long ParametersEach)> LayerRuns()
    {
        var each = Parameters.Where(p => p.Layer is not null).GroupBy(p => p.Layer!.Value).ToDictionary(g => g.Key, g => g.Sum(p => p.ElementCount));
        for (var first = 0; first < Config.LayerCount;)
        {
            var last = first;
            while (last + 1 < Config.LayerCount && Config.Layers[last + 1] == Config.Layers[first])
            {
                last++;
            }

            yield return (first, last, Config.Layers[first], each[first]);
            first = last + 1;
        }
    }

    public JsonObject ToJson() => new()
    {
        ["schema"] = "prunus-info/1",
        ["location"] = Location,
        ["family"] = Config.Family,
        ["licence"] = Licence,
        ["parameters"] = TotalParameters,
        ["parameters_non_embedding"] = NonEmbeddingParameters,
        ["bytes"] = Bytes,
        ["types"] = new JsonArray([.. Types.Select(t => new JsonObject { ["type"] = t.Type, ["tensors"] = t.Tensors, ["bytes"] = t.Bytes })]),
        ["vocab"] = Config.VocabSize,
        ["hidden"] = Config.Hidden,
        ["head_dim"] = Config.HeadDim,
        ["max_positions"] = Config.MaxPositions,
        ["tied_embeddings"] = Config.TiedEmbeddings,
        ["layers"] = new JsonArray([.. Config.Layers.Select(l => new JsonObject
        {
            ["query_heads"] = l.QueryHeads, ["kv_groups"] = l.KvGroups, ["ffn"] = l.Ffn, ["window"] = l.Window,
        })]),
    };
}
