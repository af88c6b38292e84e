using System.CommandLine;
using System.Text.Json.Nodes;
using Prunus.Cli.Options;
using Prunus.Cli.Views;
using Prunus.Reports;
using Prunus.Runs;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus compare A B …</c>: metrics of runs side by side, from their records alone.</summary>
internal static class CompareCommand
{
    private static readonly Argument<string[]> Folders = new("RUN") { Description = "Run folders with record.json, or record files; the first is the yardstick.", Arity = ArgumentArity.OneOrMore };

    private static readonly Option<string[]> FailIf = new("--fail-if")
    {
        Description = "Exits with 3 when this holds for a run: a metric, or metric_rise, metric_drop, metric_ratio against the first, then > >= < <= and a number. May be repeated.",
        HelpName = "'loss_rise>0.1'",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Verb Create() => new("compare", "Sets losses, perplexities and sizes of runs side by side, with ratios to the first. Needs no weights and no GPU.")
    {
        Arguments = { Folders },
        Options = { FailIf },
        Examples = ["compare runs/shrink-1f2e3d4c runs/shrink-5a6b7c8d", "compare before after --fail-if 'loss_rise>0.1' --json"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        var checks = (context.Value(FailIf) ?? []).Select(c => ComparisonCheck.Parse(c)).ToArray();
        var comparison = new RecordComparison([.. context.Value(Folders).Select(f => (Name(f), RecordJson.ReadRecord(f)))]);
        var failures = checks.SelectMany(c => c.Failures(comparison)).ToArray();
        if (context.Json)
        {
            var document = comparison.ToJson();
            document["failures"] = new JsonArray([.. failures.Select(f => JsonValue.Create(f))]);
            context.WriteJson(document);
        }
        else
        {
            TableView.Write(context.Terminal, comparison.Table());
        }

        foreach (var failure in failures)
        {
            context.Error.WriteLine($"prunus: --fail-if: {failure}; exit code {ExitCode.CheckFailed}");
        }

        return failures.Length > 0 ? ExitCode.CheckFailed : ExitCode.Done;
    }

    private static string Name(string path) => Path.GetFileName(path.TrimEnd('/', '\\')) is { Length: > 0 } name && name != Record.FileName ? name : path;
}
