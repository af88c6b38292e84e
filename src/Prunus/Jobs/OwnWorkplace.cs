using System.Text.Json.Nodes;

namespace Prunus.Jobs;

/// <summary>A place in this process.</summary>
/// <param name="worker">Its own, or that of several places.</param>
internal sealed class OwnWorkplace(OwnWorker worker) : IWorkplace
{
    public JobOutcome Do(Job job, Action<double> progress, CancellationToken cancellation)
    {
        OwnWorker.Stay? stay = null;
        var broken = false;
        try
        {
            var outcome = JobAttempt.Do(job, () => (stay = worker.Enter()).Worker, progress, cancellation);
            broken = outcome.Failure is { EndsWorker: true };
            return outcome;
        }
        finally
        {
            if (stay is not null)
            {
                worker.Leave(stay, broken);
            }
        }
    }

    public void Dispose() => worker.Dispose();
}

/// <summary>A worker in this process, made when the first job comes. One that a job broke is replaced for the next job, and ends when the last job is out of it.</summary>
internal sealed class OwnWorker(JobKind kind, JsonObject setup, string device) : IDisposable
{
    private readonly Lock _lock = new();
    private Stay? _current;

    /// <summary>The worker, for a job.</summary>
    public Stay Enter()
    {
        lock (_lock)
        {
            _current ??= new(kind.Create(setup, device));
            _current.Jobs++;
            return _current;
        }
    }

    /// <summary>Says that the job is out of it.</summary>
    /// <param name="stay">What <see cref="Enter"/> gave.</param>
    /// <param name="broken">Whether no further job shall come into it.</param>
    public void Leave(Stay stay, bool broken)
    {
        lock (_lock)
        {
            stay.Jobs--;
            _current = broken && _current == stay ? null : _current;
            if (stay.Jobs == 0 && _current != stay)
            {
                stay.Worker.Dispose();
            }
        }
    }

    /// <summary>Ends the worker; no job is in it any more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _current?.Worker.Dispose();
            _current = null;
        }
    }

    /// <summary>A worker and the number of jobs in it.</summary>
    internal sealed class Stay(IJobWorker worker)
    {
        public IJobWorker Worker => worker;

        public int Jobs { get; set; }
    }
}
