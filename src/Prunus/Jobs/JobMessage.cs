using System.Text.Json;
using System.Text.Json.Nodes;

namespace Prunus.Jobs;

/// <summary>
/// What pool and worker process tell each other: one JSON object a line, in ASCII. To the worker: first what all jobs share, then one job after the
/// other; the end of its input tells it to stop. From it: progress of the job at hand, then how it ended. The result itself goes through its file.
/// </summary>
internal static class JobMessage
{
    public static string Start(string kind, JsonObject setup, string device) =>
        new JsonObject { ["kind"] = kind, ["setup"] = setup.DeepClone(), ["device"] = device }.ToJsonString();

    public static (string Kind, JsonObject Setup, string Device) ReadStart(string line)
    {
        var start = Parse(line);
        return (start["kind"]!.GetValue<string>(), start["setup"]!.AsObject(), start["device"]!.GetValue<string>());
    }

    public static string Work(Job job) =>
        new JsonObject { ["id"] = job.Id, ["spec"] = job.Spec.DeepClone(), ["result"] = job.ResultPath }.ToJsonString();

    public static Job ReadWork(string line)
    {
        var job = Parse(line);
        return new Job(job["id"]!.GetValue<string>(), job["spec"]!.AsObject(), job["result"]!.GetValue<string>());
    }

    public static string Progress(double share) => new JsonObject { ["progress"] = share }.ToJsonString();

    public static string End(JobFailure? failure) => new JsonObject { ["ended"] = true, ["failure"] = JsonSerializer.SerializeToNode(failure) }.ToJsonString();

    /// <summary>A line of a worker: progress, the end of the job, or (both null) something that a library printed.</summary>
    public static (double? Progress, bool Ended, JobFailure? Failure) ReadReply(string line)
    {
        if (!line.StartsWith("{\"progress\"", StringComparison.Ordinal) && !line.StartsWith("{\"ended\"", StringComparison.Ordinal))
        {
            return default;
        }

        var reply = Parse(line);
        return reply["progress"] is { } share ? (share.GetValue<double>(), false, null) : (null, true, reply["failure"]?.Deserialize<JobFailure>());
    }

    private static JsonObject Parse(string line) => JsonNode.Parse(line)!.AsObject();
}
