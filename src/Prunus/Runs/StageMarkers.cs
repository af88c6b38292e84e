using System.Globalization;
using System.Text.Json.Nodes;
using Prunus.Checkpoints;

namespace Prunus.Runs;

/// <summary>One small file per stage that is done: what it left in the run folder and how long it took.</summary>
internal sealed class StageMarkers(string folder)
{
    private const int Limit = 1 << 20;

    public bool Done(string stage) => File.Exists(MarkerOf(stage));

    public void Mark(string stage, IReadOnlyList<string> outputs, double seconds)
    {
        Directory.CreateDirectory(folder);
        var marker = new JsonObject
        {
            ["order"] = All().Count,
            ["seconds"] = Math.Round(seconds, 3),
            ["outputs"] = new JsonArray([.. outputs.Select(o => JsonValue.Create(o))]),
        };
        AtomicFile.WriteText(MarkerOf(stage), marker.ToJsonString());
    }

    public IReadOnlyDictionary<string, double> Seconds() => All()
        .OrderBy(m => m.Order)
        .ToDictionary(m => m.Stage, m => m.Seconds, StringComparer.Ordinal);

    /// <summary>What a stage left, or all of them did: names in the run folder, never paths out of it, whatever the files say.</summary>
    public IEnumerable<string> Outputs(string? stage = null) =>
        All().Where(m => stage is null || m.Stage == stage).SelectMany(m => m.Outputs).Where(o => o.Length > 0 && o is not "." and not ".." && Path.GetFileName(o) == o);

    /// <summary>Removes those that cannot be read: what their stages left is not known any more.</summary>
    public void DropDamaged()
    {
        foreach (var path in Paths())
        {
            try
            {
                Read(path);
            }
            catch (PrunusInputException)
            {
                File.Delete(path);
            }
        }
    }

    private string MarkerOf(string stage) => Path.Combine(folder, stage + ".json");

    private string[] Paths() => Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal)] : [];

    private List<(string Stage, int Order, double Seconds, string[] Outputs)> All() => [.. Paths().Select(Read)];

    private static (string Stage, int Order, double Seconds, string[] Outputs) Read(string path)
    {
        try
        {
            var marker = StrictJson.Object(path, SmallFile.Read(path, Limit), Limit);
            return (Path.GetFileNameWithoutExtension(path), marker["order"]!.GetValue<int>(), marker["seconds"]!.GetValue<double>(),
                [.. marker["outputs"]!.AsArray().Select(o => o!.GetValue<string>())]);
        }
        catch (Exception e) when (e is InvalidOperationException or NullReferenceException or FormatException or PrunusInputException)
        {
            throw new PrunusInputException(path, "is damaged: it said that a stage is done", "use --fresh, or delete it to do the stage again", e);
        }
    }
}
