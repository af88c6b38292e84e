using System.Globalization;
using Prunus.Datasets.Images;
using Prunus.Lottery.Universal;
using Prunus.Lottery.Universal.Experiments;

namespace Prunus.Recipes;

/// <summary>The <c>universal</c> settings of a recipe: backbones inside random nets, and tasks on them. What a setting leaves out is the size's.</summary>
internal static class UniversalYaml
{
    private const int MostPoints = 1_000_000;

    /// <exception cref="PrunusInputException">Something is unknown or out of range.</exception>
    public static UniversalStudy Read(YamlMap root, YamlMap size, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var only = size.Texts("only");
        string? data = size.Text("data");
        var (train, steps) = (size.Integer("train"), size.Integer("steps"));
        var study = new UniversalStudy([.. root.Each("universal", lists).Select(m => Experiment(m, data, train, steps)).Where(e => only.Count == 0 || only.Any(o => RecipeReader.Matches(e.Name, o)))]);
        return study.Experiments.Count == 0 ? throw new PrunusInputException(size.Place, "has no setting", "add 'universal:', or correct 'only'")
            : study.Cells.GroupBy(c => c).FirstOrDefault(g => g.Count() > 1) is { } twice ? throw new PrunusInputException(size.Place, $"has '{twice.Key}' twice", "give settings different names")
            : study;
    }

    private static UniversalExperiment Experiment(YamlMap map, string? data, int? train, int? steps)
    {
        var (name, family) = (map.Need("name"), map.Named<UniversalFamily>("family") ?? throw new PrunusInputException(map.Place, "'family' is missing", "add 'family: polynomial' or fourier"));
        var published = family == UniversalFamily.Polynomial ? UniversalShape.PublishedPolynomial : UniversalShape.PublishedFourier;
        var shape = map.Flag("published") == true ? published with { Epsilon = map.Real("epsilon") ?? published.Epsilon }
            : new UniversalShape(
                family, map.Integer("inputs") ?? 1, map.Integer("degree") ?? 1, map.Real("epsilon") ?? published.Epsilon, family == UniversalFamily.Fourier && (map.Flag("shifts") ?? true),
                Numbers(map, "segments"), Numbers(map, "widths"));
        var task = map.Named<UniversalTaskKind>("task") is { } kind ? Task(map, kind, data, train, steps) : null;
        map.Done();
        map.Checked("name", shape.Resolved);
        return new(name, shape, task);
    }

    private static UniversalTask Task(YamlMap map, UniversalTaskKind kind, string? data, int? train, int? steps)
    {
        var images = kind == UniversalTaskKind.Images;
        var task = new UniversalTask(
            kind, map.Integer("train") ?? train ?? 1000, map.Real("noise") ?? 0.1, map.Integer("steps") ?? steps ?? 2000,
            images ? map.Text("data") ?? data ?? throw new PrunusInputException(map.Place, "'data' is missing", "add 'data: …' here or to the size") : null);
        if (images)
        {
            map.Checked("data", () => ImageSets.Named(task.Data!));
        }

        return task.Train is < 10 or > MostPoints ? throw map.Fault("train", $"is {task.Train}", $"give 10 to {MostPoints} points")
            : task.Steps < 1 ? throw map.Fault("steps", $"is {task.Steps}", "give 1 step or more")
            : task.Noise < 0 ? throw map.Fault("noise", $"is {task.Noise.ToString(CultureInfo.InvariantCulture)}", "give 0 or more")
            : task;
    }

    private static int[]? Numbers(YamlMap map, string key) => !map.Has(key) ? null
        : [.. map.Texts(key).Select(t => int.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : throw map.Fault(key, $"has '{t}'", "list whole numbers"))];
}
