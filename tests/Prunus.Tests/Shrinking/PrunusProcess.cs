using System.Diagnostics;

namespace Prunus.Tests.Shrinking;

/// <summary>The tool as a process of its own.</summary>
internal static class PrunusProcess
{
    /// <summary>The built tool, which lies beside the tests.</summary>
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Prunus.Cli.dll");

    public static Process Start(IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", [Program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Runs the tool to its end.</summary>
    public static async Task<(int Code, string Out, string Error)> Run(IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        using var process = Start(arguments, environment);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Runs the tool and kills it with SIGKILL after a while, if it still runs then.</summary>
    public static async Task<bool> Kill(IEnumerable<string> arguments, TimeSpan after)
    {
        using var process = Start(arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        var ended = process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var killed = await Task.WhenAny(ended, Task.Delay(after, TestContext.Current.CancellationToken)) != ended;
        process.Kill();
        await ended;
        await Task.WhenAll(output, error);
        return killed;
    }
}
