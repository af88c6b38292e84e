using System.Globalization;
using System.Text.RegularExpressions;
using Prunus.Evaluation.Tasks;

namespace Prunus.Recipes;

/// <summary>Reads a recipe file: all sizes at once, so that a fault in any of them shows before anything runs. Every fault names its line.</summary>
public static partial class RecipeReader
{
    private const string Format = "prunus-recipe/1";

    /// <param name="file">What faults name.</param>
    /// <param name="text">YAML.</param>
    /// <param name="select">Patterns of the variants to keep, <c>*</c> stands for anything; null or empty = all that a size keeps.</param>
    /// <exception cref="PrunusInputException">It is no recipe.</exception>
    public static Recipe Read(string file, string text, IReadOnlyList<string>? select = null)
    {
        var sizes = new Dictionary<string, RecipeSize>(StringComparer.Ordinal);
        Recipe? recipe = null;
        CheckKeys(YamlMap.Read(file, text));
        foreach (var size in Recipe.SizeNames)
        {
            // Read anew for each size: placeholders and defaults differ.
            var map = YamlMap.Read(file, text);
            recipe ??= Head(map, sizes);
            if (map.Map("sizes")?.Map(size) is { } node)
            {
                sizes[size] = Resolve(map, size, node, select ?? []);
            }
        }

        return sizes.Count > 0 ? recipe! : throw new PrunusInputException(file, "has no size", "add 'sizes:' with tiny, cpu or gpu");
    }

    private static Recipe Head(YamlMap map, Dictionary<string, RecipeSize> sizes)
    {
        if (map.Need("format") is var format && format != Format)
        {
            throw map.Fault("format", $"is '{format}'", $"this program reads {Format}");
        }

        var id = map.Need("id");
        return Id().IsMatch(id)
            ? new Recipe(id, map.Need("title"), map.Need("slide"), map.Need("paper"), map.Need("methods"), map.Need("what").Trim(), sizes)
            : throw map.Fault("id", $"is '{id}'", "use lower-case letters, digits and hyphens");
    }

    private static void CheckKeys(YamlMap map)
    {
        foreach (var key in (string[])["format", "id", "title", "slide", "paper", "methods", "what", "sizes", "variants", "experiments", "sparsity", "strong", "universal", "reach", "published", "claims", "figures"])
        {
            map.Has(key);
        }

        map.Done();
        if (map.Map("sizes") is { } sizes)
        {
            foreach (var size in Recipe.SizeNames)
            {
                sizes.Has(size);
            }

            sizes.Done();
        }
    }

    private static RecipeSize Resolve(YamlMap root, string name, YamlMap size, IReadOnlyList<string> select)
    {
        var lists = Lists(size);
        var donors = size.Entries("donors").Select(d => VariantYaml.Donor(size, d.Name, d.Text, d.Map)).ToList();
        if (LotteryReader.Read(root, name, size, lists, select) is { } lottery)
        {
            return lottery;
        }

        var only = size.Texts("only");
        var variants = root.Each("variants", lists).Select(v => VariantYaml.Read(v, size, donors))
            .Where(v => (only.Count == 0 || only.Any(o => Matches(v.Name, o))) && (select.Count == 0 || select.Any(o => Matches(v.Name, o)))).ToList();
        var (calibration, evaluation) = (size.Map("calibration"), size.Map("evaluation"));
        var result = new RecipeSize(
            Seeds(size),
            donors,
            [.. size.Entries("train").Select(t => new WeightedText(t.Name, double.TryParse(t.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var w) && w > 0 ? w : throw size.Fault("train", $"gives '{t.Name}' the weight '{t.Text}'", "write TEXT: WEIGHT")))],
            [.. size.Entries("evaluate").Select(t => new NamedText(t.Name, t.Text ?? throw size.Fault("evaluate", $"gives '{t.Name}' no text", "write NAME: TEXT")))],
            size.Texts("tasks"), size.Integer("task_items") ?? 100,
            new CalibrationSize(calibration?.Integer("sequences") ?? 64, calibration?.Integer("length") ?? 128),
            evaluation?.Integer("window") ?? 128, evaluation?.Integer("windows") ?? 64,
            variants,
            null, [], [], []);
        calibration?.Done();
        evaluation?.Done();
        CheckDefaults(size);
        size.Done();
        Require(size, result);
        return Judged(root, name, result, [.. root.Each("variants", lists).Select(v => v.Need("name"))], lists);
    }

    internal static Dictionary<string, IReadOnlyList<string>> Lists(YamlMap size) =>
        size.Entries("lists").ToDictionary(e => e.Name, e => size.Map("lists")!.Texts(e.Name), StringComparer.Ordinal);

    internal static RecipeSize Judged(YamlMap root, string name, RecipeSize result, IReadOnlyList<string> all, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var known = new VariantNames(result, all);
        return result with
        {
            Reach = root.Text("reach") is { } reach ? known.Reference(root, "reach", reach) : null,
            Published = [.. root.Each("published", lists).Select(p => PublishedYaml.Read(p, known))],
            Claims = [.. root.Each("claims", lists).Select(c => ClaimYaml.Read(c, known, lists, name)).OfType<RecipeClaim>()],
            Figures = [.. root.Each("figures", lists).Select(f => FigureYaml.Read(f, known, lists)).OfType<RecipeFigure>()],
        };
    }

    internal static IReadOnlyList<long> Seeds(YamlMap size) => size.Texts("seeds") is { Count: > 0 } texts
        ? Different(size, [.. texts.Select(s => long.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : throw size.Fault("seeds", $"has '{s}'", "list whole numbers, or write 1..5"))])
        : throw new PrunusInputException(size.Place, "'seeds' is missing", "add 'seeds: …'");

    private static IReadOnlyList<long> Different(YamlMap size, IReadOnlyList<long> seeds) => seeds.GroupBy(s => s).FirstOrDefault(g => g.Count() > 1) is { Key: var twice }
        ? throw size.Fault("seeds", $"has {twice} twice", "list each seed once")
        : seeds;

    // Read for their faults: variants read them again under their own.
    private static void CheckDefaults(YamlMap size)
    {
        if (size.Map("prune") is { } prune)
        {
            CutYaml.Read(prune);
        }

        if (size.Map("heal") is { } heal)
        {
            HealingYaml.Read(heal);
        }
    }

    private static void Require(YamlMap size, RecipeSize result)
    {
        foreach (var (key, missing) in new[] { ("donors", result.Donors.Count == 0), ("train", result.Train.Count == 0), ("evaluate", result.Evaluate.Count == 0) })
        {
            if (missing)
            {
                throw new PrunusInputException(size.Place, $"'{key}' is missing", $"add '{key}: …'");
            }
        }

        foreach (var task in result.Tasks)
        {
            size.Checked("tasks", () => EvaluationTasks.Named(task));
        }

        if (result.TaskItems < 1)
        {
            throw size.Fault("task_items", $"is {result.TaskItems}", "give 1 or more");
        }

        if (result.Variants.Count == 0)
        {
            throw new PrunusInputException(size.Place, "has no variant", "add 'variants:', or correct 'only'");
        }

        if (result.Variants.GroupBy(v => v.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new PrunusInputException(size.Place, $"has two variants named '{twice.Key}'", "rename one");
        }
    }

    internal static bool Matches(string name, string pattern) =>
        Regex.IsMatch(name, "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal) + "$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    [GeneratedRegex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", RegexOptions.CultureInvariant)]
    private static partial Regex Id();
}
