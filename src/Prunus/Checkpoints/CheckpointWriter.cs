using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Prunus.Checkpoints;

/// <summary>Writes a checkpoint folder in Hugging Face form: all of it or nothing.</summary>
public static class CheckpointWriter
{
    /// <summary>Weights go into several files beyond this many bytes each, as transformers does it.</summary>
    public const long DefaultShardBytes = 5_000_000_000;

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Dictionary<string, string> Metadata = new(StringComparer.Ordinal) { ["format"] = "pt" };

    /// <summary>
    /// Writes model.safetensors (or shards with their index), config.json, README.md and the carried files into a sibling folder, which is
    /// moved to its place when complete. Values are asked for one tensor at a time.
    /// </summary>
    /// <param name="folder">Folder to make; it may exist if it is empty.</param>
    /// <param name="config">config.json.</param>
    /// <param name="tensors">Weights in the order of the model, a tied head left out.</param>
    /// <param name="files">Carried files by name.</param>
    /// <param name="modelCardMarkdown">README.md.</param>
    /// <param name="maxShardBytes">Most bytes of weights in one file; a larger tensor gets a file of its own.</param>
    /// <exception cref="PrunusInputException">The folder holds something, or cannot be made.</exception>
    /// <exception cref="PrunusRunException">The disk is full or fails; nothing is left behind.</exception>
    public static void Write(
        string folder, JsonObject config, IReadOnlyList<TensorSource> tensors, IReadOnlyDictionary<string, byte[]> files, string modelCardMarkdown,
        long maxShardBytes = DefaultShardBytes)
    {
        RequireFree(folder);
        var whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var partial = Path.Combine(Path.GetDirectoryName(whole)!, $".{Path.GetFileName(whole)}.partial");
        try
        {
            // One that was left behind by a killed run is of no use to anyone.
            Remove(partial);
            Directory.CreateDirectory(partial);
            WriteFiles(partial, config, files, modelCardMarkdown);
            WriteWeights(partial, tensors, maxShardBytes);
            if (Directory.Exists(whole))
            {
                Directory.Delete(whole);
            }

            Directory.Move(partial, whole);
        }
        catch (Exception e)
        {
            RemoveQuietly(partial);
            if (e is IOException or UnauthorizedAccessException)
            {
                throw new PrunusRunException(folder, "cannot be written: " + e.Message, "choose another place, or free space where the disk is full", e);
            }

            throw;
        }
    }

    /// <summary>Refuses a folder that cannot be written to, before hours of work are spent.</summary>
    /// <exception cref="PrunusInputException">It is a file, or holds something.</exception>
    public static void RequireFree(string folder)
    {
        if (File.Exists(folder))
        {
            throw new PrunusInputException(folder, "is a file", "name a folder that does not exist yet");
        }

        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new PrunusInputException(folder, "is not empty", "name another folder, or remove this one first");
        }
    }

    private static void WriteFiles(string folder, JsonObject config, IReadOnlyDictionary<string, byte[]> files, string card)
    {
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString(Readable) + "\n");
        File.WriteAllText(Path.Combine(folder, "README.md"), card);
        foreach (var (name, bytes) in files)
        {
            if (name != Path.GetFileName(name) || name is "config.json" or "README.md" or "" or "." or ".." || name.EndsWith(".safetensors", StringComparison.Ordinal))
            {
                throw new ArgumentException($"'{name}' is no name for a carried file.", nameof(files));
            }

            File.WriteAllBytes(Path.Combine(folder, name), bytes);
        }
    }

    private static void WriteWeights(string folder, IReadOnlyList<TensorSource> tensors, long maxShardBytes)
    {
        var shards = Split(tensors, maxShardBytes);
        if (shards.Count == 1)
        {
            SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), shards[0], Metadata);
            return;
        }

        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < shards.Count; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors");
            SafetensorsWriter.Write(Path.Combine(folder, name), shards[i], Metadata);
            foreach (var tensor in shards[i])
            {
                // Within a shard the writer refuses a name that is there twice.
                if (!map.TryAdd(tensor.Name, name))
                {
                    throw new ArgumentException($"Tensor '{tensor.Name}' is there twice.", nameof(tensors));
                }
            }
        }

        var index = new JsonObject
        {
            ["metadata"] = new JsonObject { ["total_size"] = tensors.Sum(SafetensorsWriter.ByteCount) },
            ["weight_map"] = new JsonObject(map.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value))),
        };
        File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), index.ToJsonString(Readable) + "\n", new UTF8Encoding(false));
    }

    private static List<List<TensorSource>> Split(IReadOnlyList<TensorSource> tensors, long maxShardBytes)
    {
        var shards = new List<List<TensorSource>> { new() };
        var size = 0L;
        foreach (var tensor in tensors)
        {
            var bytes = SafetensorsWriter.ByteCount(tensor);
            if (shards[^1].Count > 0 && size + bytes > maxShardBytes)
            {
                shards.Add([]);
                size = 0;
            }

            shards[^1].Add(tensor);
            size += bytes;
        }

        return shards;
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void RemoveQuietly(string folder)
    {
        try
        {
            Remove(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to tell.
        }
    }
}
