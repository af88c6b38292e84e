using Prunus.Runs;

namespace Prunus.Jobs;

/// <summary>Adds up how far the jobs of a pool are, from several threads, into one line of progress.</summary>
internal sealed class JobProgress(string stage, IReadOnlyList<Job> jobs, IProgress<ProgressUpdate>? progress)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, double> _done = [];
    private readonly long _total = jobs.Sum(j => j.Units);

    /// <param name="job">The job.</param>
    /// <param name="share">Its share done, 0 to 1.</param>
    public void Report(Job job, double share)
    {
        if (progress is null)
        {
            return;
        }

        lock (_lock)
        {
            _done[job.Id] = Math.Clamp(share, 0, 1) * job.Units;
            progress.Report(new ProgressUpdate(stage, (long)_done.Values.Sum(), _total));
        }
    }
}
