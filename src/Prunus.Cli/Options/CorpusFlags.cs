using System.CommandLine;
using Prunus.Shrinking;

namespace Prunus.Cli.Options;

/// <summary>Options that name the texts of a training.</summary>
internal static class CorpusFlags
{
    private static readonly Option<string[]> Texts = new("--text")
    {
        Description = "Text to train on: .txt, .jsonl, also .gz or .br; repeat for a mixture, FILE=2 gives it twice the share.",
        HelpName = "FILE[=WEIGHT]",
        Arity = ArgumentArity.OneOrMore,
        Required = true,
    };

    private static readonly Option<string> HeldOut = ParsedOption.Create<string>("--held-out", "FILE", "Text to evaluate on (else the end of the first --text).", ParsedOption.Text);
    private static readonly Option<double> HeldOutShare = ParsedOption.Create("--held-out-share", "5%", "Share of the first --text kept for evaluation.", ParsedOption.Share, 0.05);

    public static IReadOnlyList<Option> All { get; } = [Texts, HeldOut, HeldOutShare];

    public static CorpusOptions Read(VerbContext context) => new()
    {
        Texts = [.. context.Required(Texts).Select(TextWeight.Parse)],
        HeldOutText = context.Given(HeldOut) ? context.Value(HeldOut) : null,
        HeldOutShare = context.Required(HeldOutShare),
    };
}
