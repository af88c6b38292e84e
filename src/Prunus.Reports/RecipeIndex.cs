using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Prunus.Runs;

namespace Prunus.Reports;

/// <summary>A recipe as the index shows it.</summary>
/// <param name="Id">Its id; its runs lie in <c>ID-SIZE</c>.</param>
/// <param name="Title">One line.</param>
/// <param name="Slide">Slide or figure that it stands for.</param>
/// <param name="Paper">Where published numbers come from.</param>
/// <param name="Methods">Page that explains it, from the repository's root.</param>
/// <param name="Sizes">Sizes it has, in order.</param>
public sealed record IndexedRecipe(string Id, string Title, string Slide, string Paper, string Methods, IReadOnlyList<string> Sizes);

/// <summary>One Markdown page over the runs of many recipes, from their records alone: claims, published beside measured, figures.</summary>
public static partial class RecipeIndex
{
    public const string FileName = "index.md";

    /// <summary>Reads <c>ID-SIZE/record.json</c> of every recipe and size that is there; writes their figures and the page.</summary>
    /// <param name="folder">Where the runs lie.</param>
    /// <param name="recipes">In the order of the page.</param>
    /// <returns>Path of the page.</returns>
    /// <exception cref="PrunusInputException">No record is there, or one is damaged or of another recipe or size. Nothing was written then.</exception>
    public static string Write(string folder, IReadOnlyList<IndexedRecipe> recipes)
    {
        var records = recipes.SelectMany(r => r.Sizes.Select(s => $"{r.Id}-{s}")).Where(n => File.Exists(Path.Combine(folder, n, Record.FileName)))
            .ToDictionary(n => n, n => Read(Path.Combine(folder, n), n), StringComparer.Ordinal);
        if (records.Count == 0)
        {
            throw new PrunusInputException(folder, "holds no run of a recipe", "run e.g. `prunus recipe run minitron-depth --size tiny --out DIR/minitron-depth-tiny`");
        }

        var page = new StringBuilder("# Recipes, measured\n\nWritten by `prunus recipe index` from the records beside it. Claims in bold must hold; intervals are 95 %, over seeds.\n");
        page.Append('\n').Append(MarkdownTable.Write(Overview(recipes, records)));
        foreach (var recipe in recipes)
        {
            page.Append($"\n## {Plain(recipe.Title)}\n\n`{recipe.Id}` · {Plain(recipe.Slide)} · {Plain(recipe.Paper)} · {Methods(folder, recipe.Methods)}\n");
            if (recipe.Sizes.Where(size => !records.ContainsKey($"{recipe.Id}-{size}")).ToArray() is { Length: > 0 } missing)
            {
                page.Append($"\nNot run: {string.Join(", ", missing)}.\n");
            }

            foreach (var (size, name) in recipe.Sizes.Select(size => (size, $"{recipe.Id}-{size}")).Where(s => records.ContainsKey(s.Item2)))
            {
                page.Append($"\n### {recipe.Id}, {size}\n\n");
                Run(page, folder, name, records[name]);
            }
        }

        var path = Path.Combine(folder, FileName);
        AtomicFile.WriteText(path, page.ToString());
        return path;
    }

    // How many claims of each run came out how; in bold those that must hold.
    private static Table Overview(IReadOnlyList<IndexedRecipe> recipes, Dictionary<string, Record> records)
    {
        Verdict[] verdicts = [Verdict.Pass, Verdict.Fail, Verdict.Inconclusive, Verdict.NotJudged];
        return new Table(["recipe", "size", "seeds", .. verdicts.Select(RecordTables.VerdictText)],
        [
            .. recipes.SelectMany(r => r.Sizes.Where(s => records.ContainsKey($"{r.Id}-{s}")).Select(s => (r.Id, Size: s, Record: records[$"{r.Id}-{s}"])))
                .Select(r => (IReadOnlyList<string>)[r.Id, r.Size, $"{r.Record.Seeds.Count}", .. verdicts.Select(v => Counted(r.Record, v))]),
        ]);
    }

    private static string Counted(Record record, Verdict verdict)
    {
        var claims = record.Claims.Where(c => c.Verdict == verdict).ToArray();
        var must = claims.Count(c => c.Must == true);
        return claims.Length == 0 ? "" : must == 0 ? $"{claims.Length}" : $"{claims.Length} (**{must}**)";
    }

    private static Record Read(string folder, string name)
    {
        var record = RecordJson.ReadRecord(folder);
        return record.Verb == "recipe" && $"{record.Recipe}-{record.Size}" == name ? record
            : throw new PrunusInputException(Path.Combine(folder, Record.FileName), $"is of `{record.Verb}`, recipe '{record.Recipe}', size '{record.Size}'", "name the folder RECIPE-SIZE");
    }

    private static void Run(StringBuilder page, string folder, string name, Record record)
    {
        page.Append($"`{Command(record)}`\n\n[record]({name}/{Record.FileName})");
        page.Append(File.Exists(Path.Combine(folder, name, Record.ReportName)) ? $" · [report]({name}/{Record.ReportName})\n" : "\n");
        if (record.Claims.Count > 0)
        {
            var claims = RecordTables.Claims(record);
            page.Append('\n').Append(MarkdownTable.Write(new Table(["claim", "estimate", "95 % interval", "verdict"],
                [.. claims.Rows.Zip(record.Claims, (r, c) => (IReadOnlyList<string>)[c.Must == true ? $"**{Plain(r[1])}**" : Plain(r[1]), r[2], r[3], r[0]])])));
        }

        if (record.Published.Count > 0)
        {
            var published = RecordTables.Published(record);
            page.Append('\n').Append(MarkdownTable.Write(published with { Rows = [.. published.Rows.Select(r => (IReadOnlyList<string>)[.. r.Select(Plain)])] }));
        }

        foreach (var (title, file) in RecordFigures.Write(Path.Combine(folder, name), record))
        {
            page.Append($"\n![{Plain(title)}]({name}/{file})\n");
        }
    }

    private static string Command(Record record)
    {
        var only = record.Options["only"] is JsonArray { Count: > 0 } patterns ? $" --only '{string.Join(",", patterns.Select(p => p!.ToString()))}'" : "";
        return $"prunus recipe run {record.Recipe} --size {record.Size} --seeds {string.Join(',', record.Seeds)}{only}";
    }

    // The page may lie anywhere; a link is made only where the repository's page is found above it.
    private static string Methods(string folder, string page)
    {
        var full = Path.GetFullPath(folder);
        for (var above = new DirectoryInfo(full); above is not null; above = above.Parent)
        {
            if (File.Exists(Path.Combine(above.FullName, page)))
            {
                return $"[methods]({Path.GetRelativePath(full, Path.Combine(above.FullName, page)).Replace('\\', '/')})";
            }
        }

        return $"`{page}`";
    }

    // What Markdown would read as markup.
    private static string Plain(string text) => Markup().Replace(text, @"\$0");

    [GeneratedRegex(@"[\\`*_\[\]<>]")]
    private static partial Regex Markup();
}
