using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Runs;

namespace Prunus.Jobs;

/// <summary>Does one job in this process: waits for whoever does it already, works, writes the result.</summary>
internal static class JobAttempt
{
    private const int Limit = 256 << 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static JobOutcome Do(Job job, Func<IJobWorker> worker, Action<double> progress, CancellationToken cancellation)
    {
        try
        {
            using var held = Lock(job.ResultPath + ".lock", cancellation);
            if (Result(job) is { } done)
            {
                return new JobOutcome(job, done, null);
            }

            var result = worker().Run(job.Spec, progress, cancellation);
            AtomicFile.WriteText(job.ResultPath, result.ToJsonString() + "\n");
            return new JobOutcome(job, result, null);
        }
        catch (PrunusInputException e)
        {
            return new JobOutcome(job, null, new JobFailure(true, e.Subject, e.Problem, e.Remedy));
        }
        catch (PrunusRunException e)
        {
            return new JobOutcome(job, null, new JobFailure(false, e.Subject, e.Problem, e.Remedy));
        }
        catch (ExternalException e) when (e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase))
        {
            return new JobOutcome(job, null, new JobFailure(false, job.Id, "the device has not enough memory", "use fewer --jobs, a smaller batch or --device cpu") { EndsWorker = true });
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new JobOutcome(job, null, new JobFailure(false, job.Id, $"{e.GetType().Name}: {e.Message.Split('\n')[0].Trim().TrimEnd('.')}", "repeat the command to try it again") { EndsWorker = true });
        }
    }

    /// <summary>The result of a job that is done, or null.</summary>
    public static JsonObject? Result(Job job) =>
        File.Exists(job.ResultPath) ? StrictJson.Object(job.ResultPath, SmallFile.Read(job.ResultPath, Limit), Limit) : null;

    // A worker whose parent was killed may still be at it for a moment. The file stays: a deleted lock file could be held by one process while
    // another makes and locks a new one.
    private static FileStream Lock(string path, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e is not DirectoryNotFoundException && File.Exists(path))
            {
                cancellation.WaitHandle.WaitOne(Pause);
            }
        }
    }
}
