using System.Runtime.InteropServices;

namespace Prunus.Runs;

/// <summary>environment.json: the facts of a run that differ when it is repeated, kept apart from <see cref="Record"/>.</summary>
public sealed record RunEnvironment
{
    public const string CurrentSchema = "prunus-environment/1";
    public const string FileName = "environment.json";

    public string Schema { get; init; } = CurrentSchema;

    /// <summary>The command line as typed.</summary>
    public required string Command { get; init; }

    /// <summary>Version of Prunus, with the commit where known.</summary>
    public required string Version { get; init; }

    /// <summary>When the record was written.</summary>
    public required DateTimeOffset Finished { get; init; }

    public required string OperatingSystem { get; init; }

    public required string Architecture { get; init; }

    public required string Runtime { get; init; }

    /// <summary>Model name of the CPU where the system tells it.</summary>
    public string? Processor { get; init; }

    public required int Cores { get; init; }

    /// <summary>Memory this process may use, in bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Device the tensors lived on and what ran them, such as <c>cuda:0 NVIDIA H100</c>; null when there were none.</summary>
    public string? Device { get; init; }

    /// <summary>Version of libtorch, or null when none was loaded.</summary>
    public string? Libtorch { get; init; }

    /// <summary>Seconds by stage.</summary>
    public OrderedDictionary<string, double> StageSeconds { get; init; } = [];

    /// <summary>Speeds and memory by subject of the before/after table: <c>tokens_per_second</c>, <c>peak_bytes</c> …</summary>
    public IReadOnlyList<Subject> Measures { get; init; } = [];

    /// <summary>Facts of this machine and moment; device, libtorch, stages and measures are the caller's to add.</summary>
    public static RunEnvironment Capture(string command, string version, TimeProvider? time = null) => new()
    {
        Command = command,
        Version = version,
        Finished = (time ?? TimeProvider.System).GetUtcNow(),
        OperatingSystem = RuntimeInformation.OSDescription,
        Architecture = RuntimeInformation.ProcessArchitecture.ToString(),
        Runtime = RuntimeInformation.FrameworkDescription,
        Processor = ProcessorName(),
        Cores = Environment.ProcessorCount,
        MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
    };

    private static string? ProcessorName()
    {
        try
        {
            return File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
