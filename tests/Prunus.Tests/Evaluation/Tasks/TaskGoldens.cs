using System.IO.Compression;
using System.Text.Json.Nodes;
using Prunus.Evaluation.Tasks;

namespace Prunus.Tests.Evaluation.Tasks;

/// <summary>Runs of lm-evaluation-harness 0.4.13 on SmolLM2, item by item, and the same items as ours.</summary>
internal static class TaskGoldens
{
    private const int KeptForExamples = 100;

    /// <summary>The items of a run: <c>TASK_Nshot</c>.</summary>
    public static IReadOnlyList<JsonObject> Lines(string key)
    {
        using var file = File.OpenRead(SharedFiles.Path("goldens", "evals", key + ".jsonl.gz"));
        using var reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())];
    }

    /// <summary>The run's task on the same items; examples are drawn from the last hundred lines of the file.</summary>
    public static TaskSet Set(string key, IReadOnlyList<JsonObject> lines)
    {
        var task = EvaluationTasks.Named(key[..key.LastIndexOf('_')]);
        var all = TaskData.Read(task.Data.Find(SharedFiles.Path("data", "evals")), task.Read);
        return new TaskSet(task, task.Data.Name, [.. lines.Select(line => all[line["line"]!.GetValue<int>()])], [.. all.TakeLast(KeptForExamples)]);
    }

    public static int Shots(string key) => int.Parse(key[(key.LastIndexOf('_') + 1)..^4], System.Globalization.CultureInfo.InvariantCulture);
}
