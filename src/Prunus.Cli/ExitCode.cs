namespace Prunus.Cli;

/// <summary>What the process returns to the shell.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The run itself failed: NaN in the loss, a full disk, no memory.</summary>
    public const int RunFailed = 1;

    /// <summary>A file, field or option cannot be used.</summary>
    public const int BadInput = 2;

    /// <summary>A check or claim did not hold.</summary>
    public const int CheckFailed = 3;

    /// <summary>Stopped by Ctrl+C; 128 + SIGINT as shells have it.</summary>
    public const int Cancelled = 130;
}
