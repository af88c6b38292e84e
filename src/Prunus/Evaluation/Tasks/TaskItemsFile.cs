using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Prunus.Runs;

namespace Prunus.Evaluation.Tasks;

/// <summary>Item by item what was asked and answered, one JSON object a line, to be read, compared with another model's, or checked against the harness.</summary>
public static class TaskItemsFile
{
    private static readonly JsonSerializerOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the items of tasks, one task after another; the file is there whole or not at all.</summary>
    public static void Write(string path, IEnumerable<TaskResult> results) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        foreach (var result in results)
        {
            foreach (var item in result.Items)
            {
                writer.WriteLine(Line(result, item).ToJsonString(Form));
            }
        }
    });

    private static JsonObject Line(TaskResult result, ScoredItem item)
    {
        var document = item.Question.Item.Document;
        var line = new JsonObject
        {
            ["task"] = result.Set.Task.Id,
            ["doc_id"] = item.Question.Index,
            ["file"] = result.Set.Name,
            ["line"] = item.Question.Item.Line,
        };
        if (document.Options.Count > 1)
        {
            line["target"] = document.Target;
            line["pred"] = item.Predicted;
            line["pred_norm"] = item.PredictedByCharacter;
        }

        foreach (var metric in result.Set.Task.Metrics)
        {
            line[metric.Id] = metric.Value(item);
        }

        line["fewshot"] = new JsonArray([.. item.Question.Examples.Select(e => (JsonNode)e)]);
        line["options"] = new JsonArray([.. item.Options.Select(Option)]);
        return line;
    }

    private static JsonObject Option(ScoredOption option)
    {
        int[] ids = [.. option.Asked.ContextIds, .. option.Asked.ContinuationIds];
        return new JsonObject
        {
            ["context"] = option.Text.Context,
            ["continuation"] = option.Asked.Continuation,
            ["ll"] = option.Likelihood.Value,
            ["is_greedy"] = option.Likelihood.IsGreedy,
            ["tokens"] = option.Asked.ContinuationIds.Length,
            ["ctx_tokens"] = option.Asked.ContextIds.Length,
            ["truncated"] = option.Likelihood.Truncated,
            ["ctx_sha"] = ContentHash.Of(option.Asked.Context),

            // Ids as little-endian 32-bit numbers.
            ["ids_sha"] = ContentHash.Of(MemoryMarshal.AsBytes<int>(ids)),
        };
    }
}
