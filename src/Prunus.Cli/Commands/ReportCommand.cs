using System.CommandLine;
using System.Text.Json.Nodes;
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
        var report = HtmlReport.Write(context.Value(Folder), context.Given(SharedOptions.Out) ? OutputFile.Of(context) : null);
        if (context.Json)
        {
            context.WriteJson(new JsonObject { ["schema"] = "prunus-report/1", ["report"] = report });
        }
        else
        {
            context.Out.WriteLine(report);
        }

        return ExitCode.Done;
    }
}
