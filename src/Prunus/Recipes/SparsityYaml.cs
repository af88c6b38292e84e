using System.Globalization;
using Prunus.Decoders;
using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Kinds;
using Prunus.Lottery.Masks;

namespace Prunus.Recipes;

/// <summary>The <c>sparsity</c> experiments of a recipe that compares kinds of pruning. What an experiment leaves out is the size's.</summary>
internal static class SparsityYaml
{
    /// <exception cref="PrunusInputException">Something is unknown or out of range.</exception>
    public static SparsityStudy Read(YamlMap root, YamlMap size, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var only = size.Texts("only");
        var timing = size.Map("timing");
        var study = new SparsityStudy(
            [.. root.Each("sparsity", lists).Select(e => Experiment(e, size, lists)).Where(e => only.Count == 0 || only.Any(o => RecipeReader.Matches(e.Name, o)))],
            new SparsityTiming(timing?.Integer("rounds") ?? 15, timing?.Real("milliseconds") ?? 4));
        timing?.Done();
        if (study.Experiments.Count == 0)
        {
            throw new PrunusInputException(size.Place, "has no experiment", "add 'sparsity:', or correct 'only'");
        }

        if (study.Cells.GroupBy(c => c).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new PrunusInputException(size.Place, $"has '{twice.Key}' twice", "give experiments and their kinds different names");
        }

        study.Validate(size.Place);
        return study;
    }

    /// <summary>Names of all cells that a size with these lists could have.</summary>
    public static IEnumerable<string> Names(YamlMap root, IReadOnlyDictionary<string, IReadOnlyList<string>> lists) =>
        root.Each("sparsity", lists).SelectMany(e => e.Each("kinds", lists).Select(k => $"{e.Need("name")}/{k.Need("name")}"));

    private static SparsityExperiment Experiment(YamlMap map, YamlMap size, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var net = StudyNames.Own(map, size, "net");
        var experiment = new SparsityExperiment(
            map.Need("name"), net, StudyNames.Own(map, size, "data"), map.Text("initialisation") ?? size.Text("initialisation") ?? StudyNames.Initialisation(net),
            TicketYaml.Trained(VariantYaml.Layered(map, size, "train")), TicketYaml.Trained(VariantYaml.Layered(map, size, "retrain").Over(VariantYaml.Layered(map, size, "train"))),
            [.. map.Each("kinds", lists).Select(k => Kind(k, net))]);
        map.Done();
        StudyNames.Check(map, net, experiment.Data, experiment.Initialisation);
        return experiment;
    }

    private static SparsityKind Kind(YamlMap map, string net)
    {
        var name = map.Need("name");
        SparsityKind kind = (map.Text("sparsity"), map.Text("pattern"), map.Text("keep")) switch
        {
            (null, null, null) => new SparsityKind.Dense(name),
            ({ } sparsity, null, null) => new SparsityKind.Unstructured(name, Share(map, "sparsity", sparsity)),
            (null, { } pattern, null) => new SparsityKind.Patterned(name, map.Checked("pattern", () => NmPattern.Parse(pattern))),
            (null, null, { } keep) => new SparsityKind.Structured(name, Share(map, "keep", keep), Axes(map, net)),
            _ => throw new PrunusInputException(map.Place, $"'{name}' is pruned in two ways", "give one of sparsity, pattern and keep"),
        };
        map.Done();
        return kind;
    }

    private static IReadOnlyList<Axis> Axes(YamlMap map, string net)
    {
        var names = map.Texts("axes");
        return StudyDecoder.Is(net) ? [.. (names.Count > 0 ? names : ["ffn"]).Select(n => map.Checked("axes", () => Cutter.AxisOf(n)))]
            : names.Count == 0 ? [] : throw map.Fault("axes", "is for decoders", "leave it out: all hidden layers of image nets get narrower");
    }

    private static double Share(YamlMap map, string key, string text) =>
        text.EndsWith('%') && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and < 100
            ? percent / 100 : throw map.Fault(key, $"is '{text}'", "give a share between 0 and 100 %, such as 90%");
}
