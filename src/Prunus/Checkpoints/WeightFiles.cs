using System.Text.Json.Nodes;

namespace Prunus.Checkpoints;

/// <summary>Finds the weight files of a Hugging Face folder: model.safetensors, else the shards of its index.</summary>
internal static class WeightFiles
{
    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";

    /// <summary>Opens the files (added to <paramref name="opened"/> at once, so that a failure leaks none) and says which holds each tensor.</summary>
    public static Dictionary<string, SafetensorsFile> Open(string folder, Func<string, FileBytes?> open, List<SafetensorsFile> opened)
    {
        if (open(Single) is { } single)
        {
            var file = SafetensorsFile.Open(single);
            opened.Add(file);
            return file.Tensors.Keys.ToDictionary(name => name, _ => file, StringComparer.Ordinal);
        }

        using var index = open(Index) ?? throw new PrunusInputException(
            folder, $"has neither {Single} nor {Index}", "weights in other formats (.bin, .pt) are not read: convert them to safetensors");
        return Sharded(index, open, opened);
    }

    private static Dictionary<string, SafetensorsFile> Sharded(FileBytes index, Func<string, FileBytes?> open, List<SafetensorsFile> opened)
    {
        var shardOf = WeightMap(index);
        var owners = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        foreach (var shard in shardOf.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var file = SafetensorsFile.Open(open(shard) ?? throw new PrunusInputException(
                index.Name, $"names the file '{shard}', which is absent", "get the missing file"));
            opened.Add(file);
            foreach (var name in file.Tensors.Keys)
            {
                if (!owners.TryAdd(name, file))
                {
                    throw new PrunusInputException(file.Location, $"holds the tensor '{name}', which another shard holds too", "keep one of them");
                }

                if (!shardOf.TryGetValue(name, out var owner) || owner != shard)
                {
                    throw new PrunusInputException(index.Name, $"does not say that tensor '{name}' is in '{shard}'", "get the index that belongs to these files");
                }
            }
        }

        return shardOf.Keys.FirstOrDefault(name => !owners.ContainsKey(name)) is { } absent
            ? throw new PrunusInputException(index.Name, $"names the tensor '{absent}', which '{shardOf[absent]}' does not hold", "get the index that belongs to these files")
            : owners;
    }

    private static Dictionary<string, string> WeightMap(FileBytes index)
    {
        var root = StrictJson.Object(index.Name, index.All(StrictJson.IndexLimit), StrictJson.IndexLimit);
        if (root["weight_map"] is not JsonObject { Count: > 0 } map)
        {
            throw new PrunusInputException(index.Name, "has no weight_map", "get the index that belongs to these files");
        }

        var shardOf = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in map)
        {
            var shard = value is JsonValue v && v.TryGetValue<string>(out var text) ? text : "";
            if (!IsPlainName(shard))
            {
                throw new PrunusInputException(index.Name, $"places tensor '{name}' in '{shard}', which is no .safetensors file of this folder", "name files beside the index only");
            }

            shardOf.Add(name, shard);
        }

        return shardOf;
    }

    private static bool IsPlainName(string name) =>
        name.EndsWith(".safetensors", StringComparison.Ordinal) && name.Length is > 12 and < 256
        && !name.StartsWith('.') && !name.Any(c => c is '/' or '\\' or ':' || char.IsControl(c));
}
