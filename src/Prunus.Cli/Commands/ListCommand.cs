using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Cli.Views;
using Prunus.Decoders;
using Prunus.Distillation;
using Prunus.Distillation.HiddenStates;
using Prunus.Evaluation.Tasks;
using Prunus.Lottery.Branches;
using Prunus.Lottery.Masks;
using Prunus.Pruning;
using Prunus.Reports;
using Prunus.Runs;
using Prunus.Vision;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus list [WHAT]</c>: the literal lists the tool is made of.</summary>
internal static class ListCommand
{
    private static readonly Argument<string?> What = new("WHAT") { Description = "Which list; without it, the names of the lists.", Arity = ArgumentArity.ZeroOrOne };

    /// <summary>Every list: its name, its columns, its rows. A method is added to its own list in the library; it appears here by itself.</summary>
    private static readonly (string Name, Func<Table> Table)[] Lists =
    [
        ("families", () => new Table(["id", "model_type", "transformers class"],
            [.. DecoderFamilies.All.Select(f => (IReadOnlyList<string>)[f.Id, string.Join(", ", f.ModelTypes), f.Architecture])])),
        ("importances", () => new Table(["id", "what", "paper", "needs calibration text"],
            [.. ImportanceMethods.All.Select(m => (IReadOnlyList<string>)[m.Id, m.Title, m.Paper, m.NeedsCalibration ? "yes" : "no"])])),
        ("layer-rankings", () => new Table(["id", "what goes", "paper"], [.. LayerRankings.All.Select(r => (IReadOnlyList<string>)[r.Id, r.Title, r.Paper])])),
        ("readings", () => new Table(["id", "what is measured"], [.. Reading.All.Select(r => (IReadOnlyList<string>)[r.Id, r.Measures])])),
        ("aggregations", () => new Table(["batch:sequence"], [.. Aggregation.All.Select(a => (IReadOnlyList<string>)[a.ToString()])])),
        ("losses", () => new Table(["id", "what", "paper", "needs teacher"],
            [.. DistillationLosses.All.Select(l => (IReadOnlyList<string>)[l.Id, l.Title, l.Paper, l.NeedsTeacher ? "yes" : "no"])])),
        ("states", () => new Table(["id", "what", "layer map"],
            [.. HiddenStateSite.All.Select(s => (IReadOnlyList<string>)[s.Id, s.Title, s.Layered ? "teacher:student, last-K or all" : "none"])])),
        ("state-losses", () => new Table(["id", "what", "formula"], [.. HiddenStateLosses.All.Select(l => (IReadOnlyList<string>)[l.Id, l.Title, l.Formula])])),
        ("tasks", () => new Table(["id", "what", "paper", "version", "file"],
            [.. EvaluationTasks.All.Select(t => (IReadOnlyList<string>)[t.Id, t.Title, t.Paper, t.Version.ToString("0.0", CultureInfo.InvariantCulture), t.Data.Name + ".jsonl"])])),
        ("nets", () => new Table(["id", "what", "paper", "images", "weights"],
            [.. VisionNets.All.Select(n => (IReadOnlyList<string>)[n.Id, n.Title, n.Paper, n.Input.ToString(),
                n.TakesWidths ? "by its widths" : VisionNets.Named(n.Id).PrunableCount().ToString("N0", CultureInfo.InvariantCulture)])])),
        ("initialisations", () => new Table(["id", "law of fresh weights", "paper"], [.. VisionInitialisations.All.Select(i => (IReadOnlyList<string>)[i.Id, i.Title, i.Paper])])),
        ("criteria", () => new Table(["id", "which weights of a mask stay", "paper", "needs"],
            [.. MaskCriteria.All.Select(c => (IReadOnlyList<string>)[c.Id, c.Title, c.Paper, c.Needs.ToString().ToLowerInvariant()])])),
        ("initial-criteria", () => new Table(["id", "which weights stay, before training", "paper"], [.. InitialCriteria.All.Select(c => (IReadOnlyList<string>)[c.Id, c.Title, c.Paper])])),
        ("branches", () => new Table(["id", "control off a ticket", "paper"], [.. BranchTransforms.All.Select(b => (IReadOnlyList<string>)[b.Id, b.Title, b.Paper])])),
        ("kept-actions", () => new Table(["id", "what kept weights start from"], [.. KeptActions.All.Select(a => (IReadOnlyList<string>)[a.Id, a.Title])])),
        ("pruned-actions", () => new Table(["id", "what pruned weights are frozen at"], [.. PrunedActions.All.Select(a => (IReadOnlyList<string>)[a.Id, a.Title])])),
        ("types", () => new Table(["id"], [.. Enum.GetNames<ElementType>().Select(n => (IReadOnlyList<string>)[n])])),
    ];

    public static Verb Create() => new("list", "Prints a list: " + string.Join(", ", Lists.Select(l => l.Name)) + ".")
    {
        Arguments = { What },
        Examples = ["list", .. Lists.Select(l => $"list {l.Name}").Take(2), $"list {Lists[0].Name} --json"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        var table = context.Value(What) is { } name ? Named(name) : new Table(["list"], [.. Lists.Select(l => (IReadOnlyList<string>)[l.Name])]);
        if (context.Json)
        {
            context.WriteJson(new JsonObject
            {
                ["schema"] = "prunus-list/1",
                ["rows"] = new JsonArray([.. table.Rows.Select(row => new JsonObject(table.Header.Zip(row, (k, v) => KeyValuePair.Create(k, (JsonNode?)v))))]),
            });
        }
        else
        {
            TableView.Write(context.Terminal, table);
        }

        return ExitCode.Done;
    }

    private static Table Named(string name)
    {
        var names = Lists.Select(l => l.Name).ToArray();
        var index = Array.IndexOf(names, name);
        return index >= 0 ? Lists[index].Table() : throw new PrunusInputException(name, "no such list",
            NearestName.Find(name, names) is { } near ? $"did you mean '{near}'?" : $"use {string.Join(", ", names)}");
    }
}
