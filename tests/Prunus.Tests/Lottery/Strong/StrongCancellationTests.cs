using System.Diagnostics;
using Prunus.Lottery.Strong;
using Prunus.Tests.Runs;
using Prunus.Tests.Shrinking;

namespace Prunus.Tests.Lottery.Strong;

public sealed class StrongCancellationTests
{
    // One output of many weights: nothing else is asked between them.
    [Fact]
    public void Solve_StopsBetweenTwoWeights()
    {
        const int Last = 3;
        using var source = new CancellationTokenSource();
        var (layer, seen, done) = (new StrongLayer("fc", [1, 50], HasBias: false), 0L, 0);
        var random = new RandomLayer(layer, SamplingLaw.Named("independent"), 8, Number, _ => 0, _ => 0);
        Assert.ThrowsAny<OperationCanceledException>(() =>
            StrongCompiler.Solve(random, new double[50], [], new StrongOptions(0.01, random.Law, 8), outputDone: () => done++, cancellation: source.Token));
        Assert.Equal((Last, 0), (seen, done));

        double Number(long index)
        {
            seen = Math.Max(seen, index % 50);
            if (seen == Last)
            {
                source.Cancel();
            }

            return 0.25;
        }
    }

    // 784 weights of some 10 ms each for every output.
    [Theory]
    [InlineData("INT", 2)]
    [InlineData("TERM", 15)]
    public async Task Interrupted_Compile_SaysSo_AndWritesNothing(string signal, int number)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are Unix's");
        Assert.SkipWhen(Ignored(number), $"this process ignores SIG{signal}, as what a script starts in the background does, and so do those it starts");
        using var folder = new TemporaryFolder();
        StrongFiles.Mlp(folder["a.safetensors"], 64);
        using var process = PrunusProcess.Start(["strong", "compile", folder["a.safetensors"], "--law", "independent", "--samples", "64", "--search", "40", "--threads", "1", "--out", folder["a.ticket"]]);
        var error = await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.Contains("subset sums", error, StringComparison.Ordinal);
        using (var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]))
        {
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(130, process.ExitCode);
        Assert.EndsWith("prunus: cancelled: stopped at your request; nothing was left half-written; repeat the command to start again\n", said, StringComparison.Ordinal);
        Assert.Equal(["a.safetensors"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    /// <summary>Whether a signal is ignored here, which the processes that are started from here inherit. Known on Linux alone.</summary>
    private static bool Ignored(int number) =>
        OperatingSystem.IsLinux()
        && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } line
        && (Convert.ToUInt64(line[7..].Trim(), 16) >> (number - 1) & 1) == 1;
}
