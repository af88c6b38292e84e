using System.CommandLine;
using System.Text.Json.Nodes;
using Prunus.Cli.Options;
using Prunus.Cli.Views;
using Prunus.Lottery.Experiments.Measures;
using Prunus.Recipes;
using Prunus.Reports;
using Prunus.Runs;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus recipe list|run|validate|index</c>: tables and figures of papers, as YAML files that run.</summary>
internal static class RecipeCommand
{
    private static readonly Argument<string> Id = new("RECIPE") { Description = "Id of a recipe, or a YAML file." };
    private static readonly Argument<string> Results = new("DIR") { Description = "Folder with run folders RECIPE-SIZE." };
    private static readonly Option<string> Size = ParsedOption.Create("--size", "tiny|cpu|gpu", "Seconds on embedded data, minutes on two cores, or minutes on a GPU.", ParsedOption.OneOf("tiny", "cpu", "gpu"), "cpu");
    internal static readonly Option<int> Jobs = ParsedOption.Create("--jobs", "N", "Cells at a time, each in a process of its own (1); trainings of ticket experiments on a GPU in threads of one (8 of nets with convolutions).", ParsedOption.Count(1, 256), 1);
    internal static readonly Option<int> Stack = ParsedOption.Create<int>("--stack", "N", "Most trainings of ticket experiments in one batched model (64 of MLPs on a GPU, else 1).", ParsedOption.Count(1, 1024));
    internal static readonly Option<bool> NoGraphs = new("--no-graphs") { Description = "On a GPU, launches steps of ticket trainings kernel by kernel instead of as one recorded CUDA graph." };
    private static readonly Option<string> Seeds = ParsedOption.Create<string>("--seeds", "1,2,3", "Seeds in place of the recipe's. Also 1..5.", ParsedOption.Text);
    private static readonly Option<string> Only = ParsedOption.Create<string>("--only", "A,B*", "Variants to run; * stands for anything. Not of ticket experiments.", ParsedOption.Text);
    internal static readonly Option<string[]> Model = new("--model") { Description = "Where a model lies: ID=PATH (else PRUNUS_MODELS/ID).", HelpName = "ID=PATH" };
    private static readonly Option<string> Data = ParsedOption.Create<string>("--data", "DIR", "Folder of the texts and sets of images (else PRUNUS_DATA).", ParsedOption.Text);
    private static readonly Option<string> Cache = ParsedOption.Create<string>("--cache", "DIR", "Where trained donors are kept (the user's cache folder).", ParsedOption.Text);
    private static readonly Option<bool> Strict = new("--strict") { Description = "Exit code 3 also when a claim that must hold is INCONCLUSIVE." };

    public static Verb Create()
    {
        var group = new Verb("recipe", "Runs tables and figures of papers: published numbers beside measured ones, claims with verdicts.")
        {
            Examples = ["recipe list", "recipe run minitron-logit-loss --size cpu --jobs 2", "recipe validate mine.yaml"],
        };
        group.Subcommands.Add(new Verb("list", "Lists the recipes that come with the program.") { Examples = ["recipe list"], Run = List });
        group.Subcommands.Add(new Verb("run", "Runs a recipe; the same command goes on where it was stopped.")
        {
            Arguments = { Id },
            Options = { Size, Jobs, Stack, NoGraphs, Seeds, Only, Model, Data, Cache, HealingFlags.TeacherCache, Strict, SharedOptions.Out, SharedOptions.Fresh },
            Examples = ["recipe run minitron-logit-loss --size tiny", "recipe run mine.yaml --size cpu --jobs 2 --out mine"],
            Run = Run,
        });
        group.Subcommands.Add(new Verb("validate", "Checks a recipe file at all its sizes.") { Arguments = { Id }, Examples = ["recipe validate mine.yaml"], Run = Validate });
        group.Subcommands.Add(new Verb("index", "Writes index.md and figures over all recipes from their records alone.") { Arguments = { Results }, Examples = ["recipe index docs/results"], Run = Index });
        return group;
    }

    private static int List(VerbContext context)
    {
        var recipes = All();
        if (context.Json)
        {
            context.WriteJson(new JsonArray([.. recipes.Select(r => new JsonObject { ["id"] = r.Id, ["title"] = r.Title, ["slide"] = r.Slide, ["paper"] = r.Paper })]));
            return ExitCode.Done;
        }

        TableView.Write(context.Terminal, new Table(["recipe", "what", "slide"], [.. recipes.Select(r => (IReadOnlyList<string>)[r.Id, r.Title, r.Slide])]));
        return ExitCode.Done;
    }

    private static int Index(VerbContext context)
    {
        var page = RecipeIndex.Write(context.Value(Results), [.. All().Select(r => new IndexedRecipe(r.Id, r.Title, r.Slide, r.Paper, r.Methods, [.. Recipe.SizeNames.Where(r.Sizes.ContainsKey)]))]);
        if (context.Json)
        {
            context.WriteJson(new JsonObject { ["schema"] = "prunus-recipe-index/1", ["page"] = page });
        }
        else
        {
            context.Out.WriteLine(page);
        }

        return ExitCode.Done;
    }

    private static List<Recipe> All() => [.. RecipeCatalogue.Ids.Select(RecipeCatalogue.Open).Select(r => RecipeReader.Read(r.File, r.Text))];

    private static int Validate(VerbContext context)
    {
        var (file, text) = RecipeCatalogue.Open(context.Value(Id));
        var recipe = RecipeReader.Read(file, text);
        if (context.Json)
        {
            context.WriteJson(new JsonObject
            {
                ["schema"] = "prunus-recipe-validate/1",
                ["recipe"] = recipe.Id,
                ["sizes"] = new JsonArray([.. recipe.Sizes.Select(s => new JsonObject { ["size"] = s.Key, ["cells"] = s.Value.CellNames.Count, ["seeds"] = s.Value.Seeds.Count, ["claims"] = s.Value.Claims.Count, ["figures"] = s.Value.Figures.Count })]),
            });
            return ExitCode.Done;
        }

        foreach (var (name, size) in recipe.Sizes)
        {
            context.Out.WriteLine($"{recipe.Id} {name}: {(size is { Tickets: null, Sparsity: null, Strong: null, Universal: null } ? $"{size.Variants.Count} variants" : $"{size.CellNames.Count} cells")}, {size.Seeds.Count} seeds, {size.Claims.Count} claims, {size.Figures.Count} figures");
        }

        return ExitCode.Done;
    }

    private static int Run(VerbContext context)
    {
        var options = new RecipeRunOptions(context.Value(Id), context.Required(Size), context.Given(Seeds) ? SeedList.Parse(Seeds.Name, context.Value(Seeds)!) : null, context.Given(Only) ? context.Value(Only)!.Split(',', StringSplitOptions.TrimEntries) : null);
        var record = Run(context, options, Sources(context, Data), TensorSetup.DevicesOf(context));
        return record.Claims.Any(c => c.Must == true && (c.Verdict == Verdict.Fail || (c.Verdict == Verdict.Inconclusive && context.Value(Strict)))) ? ExitCode.CheckFailed : ExitCode.Done;
    }

    /// <summary>Runs a recipe in the folder of <c>--out</c> with <c>--jobs</c> processes and stacks of <c>--stack</c> trainings, and shows what came out.</summary>
    internal static Record Run(VerbContext context, RecipeRunOptions options, RecipeSources sources, IReadOnlyList<TorchSharp.torch.Device> devices)
    {
        using var progress = context.StartProgress();
        var run = new RecipeRun(options with { Stack = context.Given(Stack) ? context.Required(Stack) : null, Graphs = !context.Value(NoGraphs) }, sources, devices[0], progress, context.Cancellation);
        var workers = TensorSetup.Workers(context, context.Given(Jobs) ? context.Required(Jobs) : run.JobsOn(devices), devices);
        run.Validate(workers);
        using var folder = RunFolder.Open(run.Identity, context.Given(SharedOptions.Out) ? context.Value(SharedOptions.Out) : null, fresh: context.Value(SharedOptions.Fresh));
        context.ResumeHint = $"what is done is kept in {folder.Path}; repeat the command to go on";
        var record = run.Run(folder, workers, progress, context.Cancellation);
        progress.Dispose();
        foreach (var warning in run.Warnings)
        {
            context.Terminal.Error.WriteLine($"prunus: warning: {warning}");
        }

        RunReport.Finish(context, folder, record, devices, []);
        RecordFigures.Write(folder.Path, record);
        if (!context.Json)
        {
            Show(context, record);
        }

        return record.Subjects.Count > 0 && record.Subjects.All(s => s.Measures.GetValueOrDefault(TicketMetrics.Failed) >= 1)
            ? throw new PrunusRunException(options.IdOrPath, "every training broke down (a loss or weight was NaN or infinite)", "use a lower learning rate (lr)")
            : record;
    }

    private static void Show(VerbContext context, Record record)
    {
        foreach (var table in (Table[])[RecordTables.BesideDense(record), RecordTables.Published(record), RecordTables.Claims(record)])
        {
            if (table.Rows.Count > 0)
            {
                context.Out.WriteLine();
                TableView.Write(context.Terminal, table);
            }
        }
    }

    private static string CacheFolder => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "prunus");

    /// <summary>Where models, texts and sets of images lie.</summary>
    /// <param name="context">Of a verb.</param>
    /// <param name="data">Its option for the folder of texts and sets; null where it has none.</param>
    internal static RecipeSources Sources(VerbContext context, Option<string>? data)
    {
        var models = (context.Value(Model) ?? []).Select(m => m.Split('=', 2) is [var id, var path] ? (id, path) : throw new PrunusInputException("--model", $"'{m}' is no ID=PATH", "write e.g. smollm2=model.gguf"));
        return new RecipeSources(
            Path.Combine(AppContext.BaseDirectory, "assets", "demo"), Full(data is not null && context.Given(data) ? context.Value(data) : Environment.GetEnvironmentVariable("PRUNUS_DATA")),
            models.ToDictionary(m => m.id, m => Path.GetFullPath(m.path), StringComparer.Ordinal), Full(Environment.GetEnvironmentVariable("PRUNUS_MODELS")),
            Full(context.Given(Cache) ? context.Value(Cache) : null) ?? CacheFolder,
            Full(context.Given(HealingFlags.TeacherCache) ? context.Value(HealingFlags.TeacherCache) : null));
    }

    private static string? Full(string? path) => string.IsNullOrEmpty(path) ? null : Path.GetFullPath(path);
}
