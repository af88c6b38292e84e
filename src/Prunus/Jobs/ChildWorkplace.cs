using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Prunus.Jobs;

/// <summary>A place of the pool: does a job at a time.</summary>
internal interface IWorkplace : IDisposable
{
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    JobOutcome Do(Job job, Action<double> progress, CancellationToken cancellation);
}

/// <summary>A place in a process of its own, which is started with the first job and again after it has crashed.</summary>
internal sealed class ChildWorkplace(JobKind kind, JsonObject setup, string device, JobPoolOptions options) : IWorkplace
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);
    private readonly Lock _lock = new();
    private Process? _process;
    private string _lastError = "";

    public JobOutcome Do(Job job, Action<double> progress, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var process = _process ?? Start();
        using var stopping = cancellation.Register(() => Stop(process));
        try
        {
            process.StandardInput.WriteLine(JobMessage.Work(job));
            process.StandardInput.Flush();
            while (process.StandardOutput.ReadLine() is { } line)
            {
                var (share, ended, failure) = JobMessage.ReadReply(line);
                if (share is { } s)
                {
                    progress(s);
                }

                if (ended)
                {
                    return End(job, failure);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Its input is closed: it died, or was told to stop.
        }

        var died = Crash(job, process);
        cancellation.ThrowIfCancellationRequested();
        return died;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_process is not { } process)
            {
                return;
            }

            _process = null;
            Stop(process);
            process.WaitForExit();
            process.Dispose();
        }
    }

    private Process Start()
    {
        string[] command = [.. options.Program, "worker", "--device", device, "--threads", options.ThreadsOfChild.ToString(CultureInfo.InvariantCulture)];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            var process = Process.Start(start)!;
            process.ErrorDataReceived += (_, line) => _lastError = line.Data is { Length: > 0 } text ? text : _lastError;
            process.BeginErrorReadLine();
            process.StandardInput.WriteLine(JobMessage.Start(kind.Id, setup, device));
            return _process = process;
        }
        catch (Win32Exception e)
        {
            throw new PrunusRunException(command[0], "cannot be started: " + e.Message, "use --jobs 1", e);
        }
    }

    private JobOutcome End(Job job, JobFailure? failure)
    {
        if (failure is { EndsWorker: true })
        {
            Dispose();
        }

        return new JobOutcome(job, failure is null ? JobAttempt.Result(job) : null, failure);
    }

    private JobOutcome Crash(Job job, Process process)
    {
        Stop(process);
        process.WaitForExit();
        var code = process.ExitCode;
        Dispose();
        return new JobOutcome(job, null, new JobFailure(
            false, job.Id, $"its process ended with code {code}{(_lastError.Length > 0 ? $" ({_lastError})" : "")}", "repeat the command to try it again; with fewer --jobs if memory ran out"));
    }

    // The end of its input asks a worker to stop at a safe point; one that does not is killed.
    private static void Stop(Process process)
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // Dead already.
        }

        _ = Task.Run(async () =>
        {
            using var late = new CancellationTokenSource(Grace);
            try
            {
                await process.WaitForExitAsync(late.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // Ended and disposed meanwhile.
            }
        });
    }
}
