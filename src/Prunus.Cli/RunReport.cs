using Prunus.Cli.Views;
using Prunus.Native;
using Prunus.Reports;
using Prunus.Runs;
using TorchSharp;

namespace Prunus.Cli;

/// <summary>How a verb with a run folder ends: environment.json, report.html, the before/after table and where to look.</summary>
internal static class RunReport
{
    public static void Finish(VerbContext context, RunFolder folder, Record record, IReadOnlyList<torch.Device> devices, IReadOnlyList<Subject> speeds)
    {
        var environment = RunEnvironment.Capture(context.CommandText, ToolVersion.Text) with
        {
            Device = string.Join(',', devices),
            Libtorch = Libtorch.Loaded?.Location.Folder,
            StageSeconds = new OrderedDictionary<string, double>(folder.StageSeconds),
            Measures = speeds,
        };
        RecordJson.Write(folder.Path, environment);
        var report = HtmlReport.Write(folder.Path);
        if (context.Json)
        {
            context.Out.WriteLine(File.ReadAllText(folder.PathOf(Record.FileName)).TrimEnd());
            return;
        }

        TableView.Write(context.Terminal, RecordTables.Subjects(record, environment));
        context.Out.WriteLine();
        context.Out.WriteLine($"{folder.Path}");
        context.Out.WriteLine($"report: {report}");
    }
}
