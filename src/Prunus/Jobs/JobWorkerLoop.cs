using System.Collections.Concurrent;

namespace Prunus.Jobs;

/// <summary>The other side of the pool: what a worker process does from its first line to the end of its input.</summary>
public static class JobWorkerLoop
{
    private static readonly TimeSpan BetweenReports = TimeSpan.FromMilliseconds(200);

    /// <summary>Does jobs until the input ends. An input that ends during a job (the pool was cancelled or killed) cancels the job.</summary>
    /// <param name="input">Lines of the pool.</param>
    /// <param name="output">Lines to the pool.</param>
    /// <param name="kinds">Kinds of jobs that this program knows.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="OperationCanceledException">A job was cancelled.</exception>
    /// <exception cref="PrunusInputException">It was not started by a pool.</exception>
    public static void Run(TextReader input, TextWriter output, IReadOnlyList<JobKind> kinds, CancellationToken cancellation)
    {
        if (input.ReadLine() is not { } first || !first.StartsWith('{'))
        {
            throw new PrunusInputException("worker", "is started by other verbs, not by hand", "use --jobs of `prunus search` or `prunus recipe run`");
        }

        var (name, setup, device) = JobMessage.ReadStart(first);
        var kind = kinds.First(k => k.Id == name);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var jobs = new BlockingCollection<Job>();
        var reader = new Thread(() => Read(input, jobs, stop)) { IsBackground = true, Name = "pool's lines" };
        reader.Start();
        IJobWorker? worker = null;
        try
        {
            foreach (var job in jobs.GetConsumingEnumerable(cancellation))
            {
                var outcome = JobAttempt.Do(job, () => worker ??= kind.Create(setup, device), Report(output), stop.Token);
                output.WriteLine(JobMessage.End(outcome.Failure));
                output.Flush();
                if (outcome.Failure is { EndsWorker: true })
                {
                    return;
                }
            }
        }
        finally
        {
            worker?.Dispose();
        }
    }

    private static void Read(TextReader input, BlockingCollection<Job> jobs, CancellationTokenSource stop)
    {
        try
        {
            while (input.ReadLine() is { } line)
            {
                jobs.Add(JobMessage.ReadWork(line));
            }

            jobs.CompleteAdding();
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The loop ended first, after a failure.
        }
    }

    private static Action<double> Report(TextWriter output)
    {
        var last = 0L;
        return share =>
        {
            if (last == 0 || TimeProvider.System.GetElapsedTime(last) >= BetweenReports)
            {
                last = TimeProvider.System.GetTimestamp();
                output.WriteLine(JobMessage.Progress(share));
                output.Flush();
            }
        };
    }
}
