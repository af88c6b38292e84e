using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Prunus.Runs;

namespace Prunus.Jobs;

/// <summary>
/// Does jobs of one kind, several at a time in processes of the same program (so that one that crashes takes no other with it, and each has its own
/// libtorch threads), several at a time in threads of this process where a kind allows it and the device is a GPU (<see cref="JobKind.MostThreads"/>), or one after
/// the other in this process. Workers stay between calls of <see cref="Run"/>: what they have loaded stays loaded.
/// </summary>
/// <example>
/// <code>
/// using var pool = new JobPool(SearchJobs.Kind, setup, new JobPoolOptions { Workers = 2 });
/// var outcomes = pool.Run("round 1", candidates.Select(c => new Job(c.Name, c.Spec, folder.PathOf(c.Name + ".json"), Units: 20)).ToList(), progress, cancellation);
/// </code>
/// </example>
public sealed class JobPool : IDisposable
{
    private readonly IReadOnlyList<IWorkplace> _places;

    /// <param name="kind">What the jobs are; the program that is started must know it by its id.</param>
    /// <param name="setup">What all jobs share.</param>
    /// <param name="options">How many processes, and where.</param>
    /// <exception cref="PrunusInputException">An option is out of range.</exception>
    public JobPool(JobKind kind, JsonObject setup, JobPoolOptions options)
    {
        options.Validate(kind);
        var own = options.Devices.Distinct().ToDictionary(device => device, device => new OwnWorker(kind, setup, device));
        _places = [.. Enumerable.Range(0, options.Workers).Select(i => Place(options.Devices[i % options.Devices.Count]))];

        IWorkplace Place(string device) => options.Workers == 1 || kind.IsShared(device) ? new OwnWorkplace(own[device]) : new ChildWorkplace(kind, setup, device, options);
    }

    /// <summary>Does the jobs that have no result yet.</summary>
    /// <param name="stage">Name shown in progress.</param>
    /// <param name="jobs">The jobs; those first in the list are begun first.</param>
    /// <param name="progress">Told the units done of all.</param>
    /// <param name="cancellation">Asks the running jobs to stop; processes that do not are killed after half a minute.</param>
    /// <returns>How each job ended, in the order of <paramref name="jobs"/>. A job that fails does not keep the others from going on.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; the same call does what is left.</exception>
    /// <exception cref="PrunusInputException">A result file is damaged.</exception>
    public IReadOnlyList<JobOutcome> Run(string stage, IReadOnlyList<Job> jobs, IProgress<ProgressUpdate>? progress = null, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var told = new JobProgress(stage, jobs, progress);
        var outcomes = new JobOutcome[jobs.Count];
        var waiting = new ConcurrentQueue<int>();
        for (var i = 0; i < jobs.Count; i++)
        {
            if (JobAttempt.Result(jobs[i]) is { } done)
            {
                outcomes[i] = new JobOutcome(jobs[i], done, null);
                told.Report(jobs[i], 1);
            }
            else
            {
                waiting.Enqueue(i);
            }
        }

        Share(waiting, (place, i) =>
        {
            outcomes[i] = place.Do(jobs[i], share => told.Report(jobs[i], share), cancellation);
            told.Report(jobs[i], 1);
        });
        return outcomes;
    }

    public void Dispose()
    {
        foreach (var place in _places)
        {
            place.Dispose();
        }
    }

    private void Share(ConcurrentQueue<int> waiting, Action<IWorkplace, int> work)
    {
        if (_places.Count == 1)
        {
            Empty(_places[0]);
            return;
        }

        var threads = _places.Take(waiting.Count).Select(place => Task.Factory.StartNew(() => Empty(place), TaskCreationOptions.LongRunning)).ToArray();
        try
        {
            Task.WaitAll(threads);
        }
        catch (AggregateException e)
        {
            // A cancellation or one place's fault: the first says it all.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
        }

        void Empty(IWorkplace place)
        {
            while (waiting.TryDequeue(out var i))
            {
                work(place, i);
            }
        }
    }
}
