using System.CommandLine;
using System.Text.Json.Nodes;
using Prunus.Cli.Options;
using Prunus.Cli.Views;
using Prunus.Datasets.Images;
using Prunus.Reports;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus data [ID…]</c>: the sets of images, where they lie, how to get them, whether they are whole.</summary>
internal static class DataCommand
{
    private static readonly Argument<string[]> Ids = new("ID") { Description = "Which sets; without it, all.", Arity = ArgumentArity.ZeroOrMore };

    private static readonly Option<string> Data = ParsedOption.Create<string>("--data", "DIR", $"Folder of the sets ({ImageSetSearch.Variable}, else ./data).", ParsedOption.Text);
    private static readonly Option<bool> Check = new("--check") { Description = "Reads the files of each set that is here: lengths, known hashes, number of images." };

    public static Verb Create() => new("data", "Shows the sets of images: where they lie or how to get them.")
    {
        Arguments = { Ids },
        Options = { Data, Check },
        Examples = ["data", "data mnist --data ./data --check", "data fashion-tiny --json"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        var ids = context.Value(Ids);
        var search = ImageSetSearch.From(context.Given(Data) ? context.Value(Data) : null);
        var entries = new List<DataEntry>();
        foreach (var source in ids.Length > 0 ? ids.Distinct().Select(ImageSets.Named).ToArray() : [.. ImageSets.All])
        {
            context.Cancellation.ThrowIfCancellationRequested();
            entries.Add(Entry(source, search, context.Value(Check), asked: ids.Length > 0));
        }

        if (context.Json)
        {
            context.WriteJson(new JsonObject { ["schema"] = "prunus-data/1", ["sets"] = new JsonArray([.. entries.Select(entry => entry.ToJson())]) });
        }
        else
        {
            TableView.Write(context.Terminal, new Table(DataEntry.Header, [.. entries.Select(entry => entry.Row())]));
        }

        foreach (var (folder, files) in entries.Where(entry => entry.Folder is null && !context.Json).Select(entry => search.Partial(entry.Source)).OfType<(string, IReadOnlyList<string>)>())
        {
            context.Note($"{folder} lacks {string.Join(", ", files)}");
        }

        string[] missing = [.. entries.Where(entry => entry.Folder is null).Select(entry => entry.Source.Id)];
        if (missing.Length > 0 && !context.Json)
        {
            context.Note($"{string.Join(", ", missing)}: files go into a folder of that name in {Path.GetFullPath(search.Root)}{(Directory.Exists(search.Root) ? "" : ", which is not there yet")}; --data DIR or {ImageSetSearch.Variable} name another place");
        }

        return entries.Any(entry => entry.Fault is not null) ? ExitCode.CheckFailed : ExitCode.Done;
    }

    private static DataEntry Entry(ImageSetSource source, ImageSetSearch search, bool check, bool asked)
    {
        var folder = search.Find(source);

        // A set that was asked for by name and is missing is a fault; one that is merely listed is not.
        if (!check || (folder is null && !asked))
        {
            return new(source, folder, null, null);
        }

        try
        {
            return new(source, folder, source.Check(search), null);
        }
        catch (PrunusInputException fault) when (folder is not null)
        {
            return new(source, folder, null, fault.Message);
        }
    }
}
