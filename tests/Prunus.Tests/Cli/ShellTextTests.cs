using Prunus.Cli.Options;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Cli;

public class ShellTextTests
{
    [Theory]
    [InlineData("/tmp/a-b_1", "/tmp/a-b_1")]
    [InlineData("/tmp/a b", "'/tmp/a b'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("$HOME", "'$HOME'")]
    [InlineData("", "''")]
    public void Words_AreQuotedWhereAShellNeedsIt(string word, string quoted) => Assert.Equal(quoted, ShellText.Quote(word));

    [Fact]
    public void Remedies_CanBePasted()
    {
        using var folder = new TemporaryFolder();
        Tool.Refused($"--out: the folder of {folder["a b/c"]} is not there; make it (mkdir -p '{folder["a b"]}'), or choose another --out\n", "universal", "compile", "--out", folder["a b/c"]);
    }
}
