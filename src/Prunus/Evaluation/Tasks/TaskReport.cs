using System.Text.Json.Nodes;

namespace Prunus.Evaluation.Tasks;

/// <summary>Results of tasks as one document, with the names that lm-evaluation-harness gives them in its results files.</summary>
public static class TaskReport
{
    private const string Filter = ",none";

    public static JsonObject ToJson(IReadOnlyList<TaskResult> results) => new()
    {
        ["schema"] = "prunus-eval/1",
        ["results"] = PerTask(results, Metrics),
        ["versions"] = PerTask(results, r => r.Set.Task.Version),
        ["n-shot"] = PerTask(results, r => r.Options.Shots),
        ["higher_is_better"] = PerTask(results, r => new JsonObject(r.Metrics.Select(m => KeyValuePair.Create(m.Metric.Id, (JsonNode?)m.Metric.HigherIsBetter)))),
        ["n-samples"] = PerTask(results, r => new JsonObject { ["original"] = r.Set.Items.Count, ["effective"] = r.Items.Count }),
    };

    private static JsonObject PerTask(IReadOnlyList<TaskResult> results, Func<TaskResult, JsonNode> value) =>
        new(results.Select(r => KeyValuePair.Create(r.Set.Task.Id, (JsonNode?)value(r))));

    private static JsonObject Metrics(TaskResult result)
    {
        var metrics = new JsonObject { ["alias"] = result.Set.Task.Id };
        foreach (var (metric, value, error) in result.Metrics)
        {
            metrics[metric.Id + Filter] = value;
            metrics[$"{metric.Id}_stderr{Filter}"] = double.IsFinite(error) ? error : "N/A";
        }

        return metrics;
    }
}
