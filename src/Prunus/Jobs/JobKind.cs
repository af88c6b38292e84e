using System.Text.Json.Nodes;

namespace Prunus.Jobs;

/// <summary>A kind of job that processes of the pool can do. The command line has the literal list of them (<c>WorkerCommand.Kinds</c>).</summary>
/// <param name="Id">Name that a worker process is started with.</param>
/// <param name="Create">
/// Makes a worker from what all jobs of the pool share (donor, texts, training) and the device its tensors live on. Called when the first job comes;
/// the worker then stays, so what it loads is loaded once for each process.
/// </param>
public sealed record JobKind(string Id, Func<JsonObject, string, IJobWorker> Create)
{
    /// <summary>
    /// Most jobs at a time that threads of one process may do on a GPU, all with one worker, so that what it loads is loaded once; 0 = each worker has a process of its own.
    /// The kernels of threads follow one another at once, whereas processes take turns by time slices that small kernels do not fill. The default is 0.
    /// </summary>
    public int MostThreads { get; init; }

    internal bool IsShared(string device) => MostThreads > 0 && device.StartsWith("cuda", StringComparison.Ordinal);
}

/// <summary>Does jobs, one at a time; where threads share it (<see cref="JobKind.MostThreads"/>), several.</summary>
public interface IJobWorker : IDisposable
{
    /// <summary>Does a job. Whatever it leaves beside its result must be safe against a kill, like a run's stages.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="progress">Told the share done so far, 0 to 1.</param>
    /// <param name="cancellation">Looked at often; the same job must go on when it comes again.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    JsonObject Run(JsonObject spec, Action<double> progress, CancellationToken cancellation);
}
