using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Prunus.Cli;

/// <summary>An exception as the user meets it: exit code and one line. The only place where exceptions become either.</summary>
internal readonly partial record struct Failure(int ExitCode, string Line)
{
    private const int NoSpaceOnUnix = 28;
    private const int ReadOnlyOnUnix = 30;
    private const int NoSpaceOnWindows = unchecked((int)0x80070070);

    /// <param name="exception">What a verb threw.</param>
    /// <param name="resumeHint">What to do after a cancellation.</param>
    public static Failure Of(Exception exception, string resumeHint) => exception switch
    {
        AggregateException { InnerExceptions: [var only] } => Of(only, resumeHint),
        PrunusInputException => new(Cli.ExitCode.BadInput, FirstLine(exception)),
        PrunusRunException => new(Cli.ExitCode.RunFailed, FirstLine(exception)),
        OperationCanceledException => new(Cli.ExitCode.Cancelled, $"cancelled: stopped at your request; {resumeHint}"),
        IOException { HResult: ReadOnlyOnUnix } => new(Cli.ExitCode.BadInput, $"{Named(exception)}: lies on a read-only file system; choose another path"),
        UnauthorizedAccessException => new(Cli.ExitCode.BadInput, $"file: {FirstLine(exception)}; check the permissions or choose another path"),
        FileNotFoundException or DirectoryNotFoundException => new(Cli.ExitCode.BadInput, $"file: {FirstLine(exception)}; check the path"),
        IOException { HResult: NoSpaceOnUnix or NoSpaceOnWindows } =>
            new(Cli.ExitCode.RunFailed, $"{Named(exception)}: no space is left on its disk; free some and repeat the command"),
        IOException => new(Cli.ExitCode.RunFailed, $"file: {FirstLine(exception)}; check the disk and repeat the command"),
        OutOfMemoryException => new(Cli.ExitCode.RunFailed, "memory: there is not enough of it; use a smaller batch, a shorter window or a smaller model"),
        ExternalException e when e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) =>
            new(Cli.ExitCode.RunFailed, "memory: the device has not enough of it; use a smaller batch or --device cpu"),
        _ => new(Cli.ExitCode.RunFailed, $"unexpected failure: {exception.GetType().Name}: {FirstLine(exception)}; repeat with --verbose and report what it prints"),
    };

    // The file that a message quotes, by the name it was to get (AtomicFile writes beside it).
    private static string Named(Exception exception) => Quoted().Match(FirstLine(exception)) is { Success: true } match ? match.Groups[1].Value : "disk";

    [GeneratedRegex(@"'(.+?)(\.tmp-\d+)?'$", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    private static string FirstLine(Exception exception) => exception.Message.Split('\n')[0].Trim().TrimEnd('.');
}
