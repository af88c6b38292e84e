namespace Prunus.Tests.Cli;

public class HelpTests
{
    [Fact]
    public void RootHelp_ListsEveryVerbAfterExamples()
    {
        var (code, output, error) = Tool.Run("--help");
        Assert.Equal(0, code);
        Assert.Equal("", error);
        Assert.StartsWith("Examples:\n  prunus ", output, StringComparison.Ordinal);
        foreach (var verb in Prunus.Cli.Root.Command.Subcommands.Where(c => !c.Hidden))
        {
            Assert.Contains($"\n  {verb.Name} ", output, StringComparison.Ordinal);
        }
    }

    // Frozen on purpose: these options mean the same in every verb, and scripts rely on them.
    [Fact]
    public void GlobalOptions_AreFrozen()
    {
        const string golden = """
            Options of every verb:
              -h, --help                  Shows this help.
              --version                   Prints the version.
              -v, --verbose               Adds the stack trace to an error.
              -q, --quiet                 Shows no progress.
              --json                      Prints one JSON document instead of text.
              --no-color                  No colour (as do NO_COLOR, TERM=dumb and a redirected stream).
              --seed N                    Seed of every random choice; the same on CPU and GPU. [default: 0]
              --device auto|cpu|cuda[:n]  Where tensors live; recipe run and search take several: cuda:0,cuda:1.
                                          [default: auto]
              --threads N                 CPU threads; 0 = one per core. [default: 0]

            prunus VERB --help says more of a verb. Results go to standard output, progress to standard error.
            Exit codes: 0 done, 1 the run failed, 2 bad input or usage, 3 a check failed, 130 cancelled.

            """;
        Assert.EndsWith(golden, Tool.Run("--help").Out, StringComparison.Ordinal);
        Assert.Equal(Tool.Run("--help").Out, Tool.Run().Out);
    }

    [Fact]
    public void EveryVerb_HasExamplesThatParse()
    {
        Assert.All(Prunus.Cli.Root.Examples, e => Assert.Null(Prunus.Cli.UsageErrors.Find(Prunus.Cli.Root.Command.Parse(e))));
        foreach (var verb in Prunus.Cli.Root.Command.Subcommands.OfType<Prunus.Cli.Verb>())
        {
            Assert.NotEmpty(verb.Examples);
            foreach (var example in verb.Examples)
            {
                Assert.Null(Prunus.Cli.UsageErrors.Find(Prunus.Cli.Root.Command.Parse(example)));
            }
        }
    }
}
