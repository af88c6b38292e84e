using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Runs;

namespace Prunus.Pruning;

/// <summary>Scores on disk: scores.safetensors (float64, a tensor per name) and beside it a summary to read.</summary>
public static class ScoresFile
{
    private const string Format = "prunus-scores/1";
    private const int LowestShown = 16;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes the scores, and a summary of the same name ending in .json.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="path">Of the .safetensors file.</param>
    public static void Write(Scores scores, string path)
    {
        var metadata = new Dictionary<string, string>
        {
            ["format"] = Format,
            ["sequences"] = scores.Sequences.ToString(CultureInfo.InvariantCulture),
            ["tokens"] = scores.Tokens.ToString(CultureInfo.InvariantCulture),
        };
        if (scores.Donor is { } donor)
        {
            metadata["donor"] = donor;
        }

        SafetensorsWriter.Write(
            path,
            scores.Values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => new TensorSource(
                v.Key, ElementType.F64, [v.Value.Length], () => [MemoryMarshal.AsBytes(v.Value.AsSpan()).ToArray()])),
            metadata);
        AtomicFile.WriteText(Path.ChangeExtension(path, ".json"), Summary(scores).ToJsonString(Indented) + "\n");
    }

    /// <summary>Reads scores; a file of another tool with the same names will do.</summary>
    /// <exception cref="PrunusInputException">The file is absent, damaged, or holds something other than lists of numbers.</exception>
    public static Scores Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        var values = new Dictionary<string, double[]>(StringComparer.Ordinal);
        foreach (var (name, entry) in file.Tensors)
        {
            if (entry.Shape.Count != 1 || entry.ElementCount > Array.MaxLength)
            {
                throw new PrunusInputException(path, $"tensor '{name}' is no list of scores", "give the scores.safetensors that `prunus score` wrote");
            }

            values[name] = ReadDoubles(file, name, entry);
            if (Array.Exists(values[name], v => !double.IsFinite(v)))
            {
                throw new PrunusInputException(path, $"tensor '{name}' holds NaN or infinity", "score the donor again");
            }
        }

        return new Scores(values, file.Metadata.GetValueOrDefault("donor"), Number(file, "sequences"), Number(file, "tokens"));
    }

    private static double[] ReadDoubles(SafetensorsFile file, string name, TensorEntry entry)
    {
        var values = new double[entry.ElementCount];
        if (entry.Type == ElementType.F64)
        {
            file.ReadBytes(name, 0, MemoryMarshal.AsBytes(values.AsSpan()));
            return values;
        }

        var singles = new float[values.Length];
        file.Read(name, 0, singles);
        return Array.ConvertAll(singles, s => (double)s);
    }

    private static long Number(SafetensorsFile file, string key) =>
        long.TryParse(file.Metadata.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static JsonObject Summary(Scores scores)
    {
        var summary = new JsonObject();
        foreach (var (name, values) in scores.Values.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            var lowest = Enumerable.Range(0, values.Length).OrderBy(i => values[i]).ThenByDescending(i => i).ToArray();
            summary[name] = new JsonObject
            {
                ["units"] = values.Length,
                ["least"] = values[lowest[0]],
                ["median"] = values[lowest[values.Length / 2]],
                ["greatest"] = values[lowest[^1]],
                ["lowest_first"] = new JsonArray([.. lowest.Take(LowestShown).Select(i => (JsonNode)i)]),
            };
        }

        return new JsonObject
        {
            ["format"] = Format, ["donor"] = scores.Donor, ["sequences"] = scores.Sequences, ["tokens"] = scores.Tokens, ["scores"] = summary,
        };
    }
}
