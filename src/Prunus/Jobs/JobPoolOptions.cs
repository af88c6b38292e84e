namespace Prunus.Jobs;

/// <summary>How many processes work, and where.</summary>
public sealed record JobPoolOptions
{
    /// <summary>Jobs at a time. 1 = in this process, more = that many processes of their own (or threads on a GPU, <see cref="JobKind.MostThreads"/>). The default is 1.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Devices, handed out in turn: with one, all workers share it. The default is the CPU.</summary>
    public IReadOnlyList<string> Devices { get; init; } = ["cpu"];

    /// <summary>
    /// CPU threads of each worker process; null = the cores divided by the workers. Sums on a CPU depend on it: for the same bytes whatever
    /// <see cref="Workers"/> is, give the threads and run this process with as many.
    /// </summary>
    public int? Threads { get; init; }

    /// <summary>Command that starts <c>prunus</c>, before its arguments; null = the running program.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <param name="kind">What the jobs are, where that is known.</param>
    /// <exception cref="PrunusInputException">A value is out of range, or more than a GPU takes of the kind.</exception>
    public void Validate(JobKind? kind = null)
    {
        if (Workers is < 1 or > 256)
        {
            throw new PrunusInputException("--jobs", $"is {Workers}", "use 1 to 256");
        }

        if (Devices.Count == 0)
        {
            throw new PrunusInputException("--devices", "names no device", "name one such as cpu or cuda:0");
        }

        if (kind is not null && Devices.Any(kind.IsShared) && Workers > kind.MostThreads * Devices.Distinct().Count())
        {
            throw new PrunusInputException("--jobs", $"is {Workers}, a GPU does at most {kind.MostThreads} of these at a time", $"use 1 to {kind.MostThreads * Devices.Distinct().Count()}");
        }
    }

    internal int ThreadsOfChild => Threads ?? Math.Max(1, Environment.ProcessorCount / Workers);

    internal IReadOnlyList<string> Program => Command ?? Running();

    private static IReadOnlyList<string> Running()
    {
        var host = Environment.ProcessPath ?? throw new PrunusRunException("--jobs", "the running program cannot be found", "use --jobs 1");
        return Path.GetFileNameWithoutExtension(host) == "dotnet" ? [host, Path.GetFullPath(Environment.GetCommandLineArgs()[0])] : [host];
    }
}
