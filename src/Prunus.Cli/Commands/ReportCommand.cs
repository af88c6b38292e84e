using System.CommandLine;
using Prunus.Cli.Options;
using Prunus.Reports;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus report RUN</c>: report.html from the record alone.</summary>
internal static class ReportCommand
{
    private static readonly Argument<string> Folder = new("RUN") { Description = "Run folder with record.json." };

    public static Verb Create() => new("report", "Writes report.html anew from a run's record. Needs no weights and no GPU.")
    {
        Arguments = { Folder },
        Options = { SharedOptions.Out },
        Examples = ["report runs/shrink-1f2e3d4c", "report runs/shrink-1f2e3d4c --out shrink.html"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        var output = context.Given(SharedOptions.Out) ? context.Value(SharedOptions.Out) : null;
        context.Out.WriteLine(HtmlReport.Write(context.Value(Folder), output));
        return ExitCode.Done;
    }
}
