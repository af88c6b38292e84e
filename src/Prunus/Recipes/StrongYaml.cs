using Prunus.Datasets.Images;
using Prunus.Lottery.Strong;
using Prunus.Lottery.Strong.Experiments;
using Prunus.Vision;

namespace Prunus.Recipes;

/// <summary>The <c>strong</c> settings of a recipe: trained nets found in random ones. What a setting leaves out is the size's.</summary>
internal static class StrongYaml
{
    /// <exception cref="PrunusInputException">Something is unknown or out of range.</exception>
    public static StrongStudy Read(YamlMap root, YamlMap size, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var only = size.Texts("only");
        var study = new StrongStudy([.. root.Each("strong", lists).Select(m => Experiment(m, size)).Where(e => only.Count == 0 || only.Any(o => RecipeReader.Matches(e.Name, o)))]);
        return study.Experiments.Count == 0 ? throw new PrunusInputException(size.Place, "has no setting", "add 'strong:', or correct 'only'")
            : study.Cells.GroupBy(c => c).FirstOrDefault(g => g.Count() > 1) is { } twice ? throw new PrunusInputException(size.Place, $"has '{twice.Key}' twice", "give settings different names")
            : study;
    }

    private static LemmaLayer Lemma(YamlMap map)
    {
        var lemma = new LemmaLayer(map.Integer("inputs") ?? 1, map.Integer("outputs") ?? 1, map.Integer("kernel") ?? 1);
        map.Done();
        map.Checked("inputs", () => { lemma.Validate(); return lemma; });
        return lemma;
    }

    private static StrongExperiment Experiment(YamlMap map, YamlMap size)
    {
        var law = map.Checked("law", () => SamplingLaw.Named(map.Text("law") ?? SamplingLaw.Theorem.Id));
        var epsilon = map.Real("epsilon") ?? size.Real("epsilon") ?? 0.01;
        var lemma = map.Map("lemma") is { } shape ? Lemma(shape) : null;
        var options = new StrongOptions(
            epsilon, law, map.Integer("samples") ?? StrongOptions.SamplesFor(law, epsilon), map.Named<TargetScale>("scale") ?? (law.HasSecondLayer && lemma is null ? TargetScale.Half : TargetScale.None),
            map.Named<SubsetChoice>("choice") ?? SubsetChoice.Best)
        {
            Of = map.Named<EpsilonOf>("epsilon_of") ?? EpsilonOf.Target,
        };
        options = map.Integer("search") is { } search ? options with { Searched = search, SearchedOfConvolutions = search } : options;
        var experiment = new StrongExperiment(
            map.Need("name"), Own("net")!, Own("weights"), Own("data")!, size.Integer("images") ?? 1000, (map.Text("layers") ?? "all") switch
            {
                "all" => false,
                "convolutions" => true,
                var other => throw map.Fault("layers", $"is '{other}'", "use all or convolutions"),
            },
            options)
        {
            Lemma = lemma,
            Needed = map.Flag("needed") ?? false,
        };
        map.Done();
        _ = experiment.Images > 0 ? true : throw size.Fault("images", $"is {experiment.Images}", "give 1 or more");
        map.Checked("samples", () => { options.Validate(); return options; });
        map.Checked("net", () => StrongLayer.Of(VisionNets.Named(experiment.Net)));
        map.Checked("data", () => ImageSets.Named(experiment.Data));
        return experiment;

        string? Own(string key) => map.Text(key) ?? size.Text(key) ?? (key == "weights" ? null : throw new PrunusInputException(map.Place, $"'{key}' is missing", $"add '{key}: …' here or to the size"));
    }
}
