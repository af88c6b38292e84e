using Prunus.Tests.Lottery.Strong;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Cli;

public sealed class AllowUnreachedTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Universal_WarnsWhereItWritesTheTicket()
    {
        string[] compile = ["universal", "compile", "--segments", "1,1", "--out", _folder["a.ticket"]];
        Assert.StartsWith("prunus: --epsilon: features may be off by ", Ends(3, compile), StringComparison.Ordinal);
        Assert.StartsWith("prunus: warning: --epsilon: features may be off by ", Ends(0, [.. compile, "--allow-unreached"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Strong_WarnsWhereItWritesTheTicket()
    {
        StrongFiles.Mlp(_folder["a.safetensors"], 2);
        string[] compile = ["strong", "compile", _folder["a.safetensors"], "--law", "independent", "--samples", "4", "--quiet", "--out", _folder["a.ticket"]];
        Assert.Matches("\nprunus: --epsilon: [0-9]+ of 1600 weights stay farther than 0.01 from their targets, by [^;]+ at most; [^\n]*, or --allow-unreached\n$", Ends(3, compile));
        Assert.Matches("\nprunus: warning: --epsilon: [0-9]+ of 1600 weights stay farther than 0.01 from their targets, by [^;]+ at most; give more --samples [^\n]* a larger --epsilon\n$", Ends(0, [.. compile, "--allow-unreached"]));
    }

    public void Dispose() => _folder.Dispose();

    private string Ends(int code, string[] arguments)
    {
        var (found, _, error) = Tool.Run(arguments);
        Assert.Equal((code, code == 0), (found, File.Exists(_folder["a.ticket"])));
        return error;
    }
}
