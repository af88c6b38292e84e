using System.Globalization;
using Prunus.Datasets.Images;
using Prunus.Lottery.Branches;
using Prunus.Lottery.Experiments;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;

namespace Prunus.Recipes;

/// <summary>The <c>experiments</c> of a recipe about tickets. What an experiment leaves out is the size's.</summary>
internal static class TicketYaml
{
    private const string OfSteps = "give a share of the steps, such as 75%";

    /// <exception cref="PrunusInputException">Something is unknown or out of range.</exception>
    public static TicketStudy Read(YamlMap root, YamlMap size, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var only = size.Texts("only");
        var study = new TicketStudy([.. root.Each("experiments", lists).Select(e => Experiment(e, size, lists)).Where(e => only.Count == 0 || only.Any(o => RecipeReader.Matches(e.Name, o)))]);
        if (study.Experiments.Count == 0)
        {
            throw new PrunusInputException(size.Place, "has no experiment", "add 'experiments:', or correct 'only'");
        }

        if (study.Cells.GroupBy(c => c).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new PrunusInputException(size.Place, $"has '{twice.Key}' twice", "give experiments different names, and each branch once");
        }

        study.Validate(size.Place);
        return study;
    }

    private static TicketExperiment Experiment(YamlMap map, YamlMap size, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var net = StudyNames.Own(map, size, "net");
        var experiment = new TicketExperiment(
            map.Need("name"), net, StudyNames.Own(map, size, "data"), map.Text("initialisation") ?? size.Text("initialisation") ?? StudyNames.Initialisation(net),
            Trained(VariantYaml.Layered(map, size, "train")), Cutting(VariantYaml.Layered(map, size, "cut"), lists), Rewinding(VariantYaml.Layered(map, size, "rewind")), map.Text("tickets_of"),
            [.. map.Each("branches", lists).Select(b => Branch(b, lists)).OfType<TicketBranch>()]) { GivenTicket = map.Text("ticket_file"), TicketLevels = SomeLevels(map, lists, "ticket_levels") };
        map.Done();
        foreach (var (branch, level) in experiment.Branches.SelectMany(b => (b.Levels ?? []).Select(l => (b.Id, l))).Where(b => !experiment.Cutting.Levels.Contains(b.l)))
        {
            throw map.Fault("branches", $"runs '{branch}' at level {level}, and the experiment has none but {string.Join(", ", experiment.Cutting.Levels)}", "correct its 'levels', or those of 'cut'");
        }

        StudyNames.Check(map, experiment.Net, experiment.Data, experiment.Initialisation);
        return experiment;
    }

    /// <summary>The <c>train</c> mapping.</summary>
    internal static TicketTraining Trained(YamlMap map)
    {
        var training = new TicketTraining(
            map.Text("optimizer") ?? "adam", map.Real("lr") ?? 1.2e-3, map.Integer("batch") ?? 60, map.Integer("iterations") ?? 10_000, map.Integer("evaluate_every") ?? 100)
        {
            Momentum = map.Real("momentum") ?? 0.9,
            WeightDecay = map.Real("weight_decay") ?? 0,
            Drops = [.. map.Texts("drops").Select(d => Whole(map, "drops", d))],
            WarmUp = map.Integer("warmup") ?? 0,
            Cosine = map.Flag("cosine") ?? false,
            Augment = map.Flag("augment") ?? false,
            Pixels = map.Named<PixelScale>("pixels") ?? PixelScale.Normalised,
            Validation = map.Integer("validation") ?? 5000,
            SplitSeed = map.Integer("split_seed") ?? 0,
            Block = map.Integer("block") ?? 128,
            Images = map.Integer("images"),
            TestImages = map.Integer("test_images"),
            Distil = map.Map("distil") is { } distil ? Teaching(distil) : null,
        };
        map.Done();
        return training;
    }

    private static TicketTeaching Teaching(YamlMap map)
    {
        var teaching = new TicketTeaching(map.Real("weight") ?? 0.5, map.Real("tau") ?? 1);
        map.Done();
        return teaching;
    }

    private static TicketCutting Cutting(YamlMap map, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var linear = Share(map, "linear", 0.2);
        var scope = map.Text("scope") switch
        {
            null or "layers" => MaskScope.Layerwise,
            "global" => MaskScope.Global,
            "global-hidden" => MaskScope.GlobalHidden,
            var other => throw map.Fault("scope", $"is '{other}'", "use layers, global or global-hidden"),
        };
        var rates = new MaskRates(Share(map, "convolution", linear), linear, Share(map, "output", linear / 2));
        var at = map.Text("at") switch
        {
            null or "end" => TicketMoment.End,
            "initialisation" => TicketMoment.Initialisation,
            "training" => TicketMoment.Training,
            "scores" => TicketMoment.Scores,
            var other => throw map.Fault("at", $"is '{other}'", "use end, initialisation, training or scores"),
        };
        var rule = map.Text("rule") switch
        {
            null or "count" => MaskRule.Count,
            "open-lth" when at == TicketMoment.End => MaskRule.OpenLth,
            "open-lth" => throw map.Fault("rule", "is 'open-lth', and masks are not found after training", "leave out 'rule' or 'at'"),
            var other => throw map.Fault("rule", $"is '{other}'", "use count or open-lth"),
        };
        var pattern = map.Text("pattern") is { } text ? map.Checked("pattern", () => NmPattern.Parse(text)) : null;
        var cutting = new TicketCutting(
            new MaskCutOptions { Rates = rates, Scope = scope, Rule = rule, MinimumKeep = map.Integer("min_keep") ?? 0 }, map.Text("criterion") ?? "large-final",
            SomeLevels(map, lists) ?? throw new PrunusInputException(map.Place, "'levels' is missing", "add 'levels: 0..10'"), map.Flag("once") ?? (at != TicketMoment.End || pattern is not null))
        {
            At = at, Batches = map.Integer("batches"), Pattern = pattern, Pace = map.Map("pace") is { } pace ? Pace(pace) : new(),
            Decay = map.Real("decay") ?? NmPattern.PaperDecay,
            Supermask = SupermaskYaml.Read(map.Map("supermask")),
        };
        _ = at == TicketMoment.Initialisation ? map.Checked("criterion", () => InitialCriteria.Named(cutting.Criterion).Id) : map.Checked("criterion", () => MaskCriteria.Named(cutting.Criterion).Id);
        map.Done();
        return cutting.Once || at == TicketMoment.End ? cutting : throw map.Fault("once", "is false, and rounds are cut at the end of trainings", "leave out 'once' or 'at'");
    }

    private static TicketPace Pace(YamlMap map)
    {
        var pace = new TicketPace(Share(map, "from", 0, OfSteps), Share(map, "to", 0.75, OfSteps), map.Integer("cuts") ?? 20);
        map.Done();
        return pace;
    }

    private static TicketRewinding Rewinding(YamlMap map)
    {
        var rewinding = new TicketRewinding(map.Integer("to") ?? 0, map.Text("kind") switch
        {
            null or "weights" => RewindKind.Weights,
            "weights-and-state" => RewindKind.WeightsAndState,
            "rate" => RewindKind.LearningRate,
            "finetune" => RewindKind.FineTune,
            var other => throw map.Fault("kind", $"is '{other}'", "use weights, weights-and-state, rate or finetune"),
        });
        map.Done();
        return rewinding;
    }

    // None where its levels are none: a size that does without.
    private static TicketBranch? Branch(YamlMap map, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var branch = new TicketBranch(map.Need("branch"), Replicates(map, lists), Levels(map, lists, "levels"));
        map.Done();
        map.Checked("branch", () => BranchTransforms.Named(branch.Id));
        return branch.Replicates <= 0 ? throw map.Fault("replicates", $"is {branch.Replicates}", "give 1 or more") : branch.Levels is [] ? null : branch;
    }

    // A number, or the name of a list of one number, so that a size may say how many.
    private static int Replicates(YamlMap map, IReadOnlyDictionary<string, IReadOnlyList<string>> lists) =>
        map.Text("replicates") is not { } text ? 1
        : !lists.TryGetValue(text, out var named) ? Whole(map, "replicates", text)
        : named is [var one] ? Whole(map, "replicates", one)
        : throw map.Fault("replicates", $"is '{text}', a list of {named.Count}", "name a list of one number");

    // Null where the key is not there.
    private static int[]? SomeLevels(YamlMap map, IReadOnlyDictionary<string, IReadOnlyList<string>> lists, string key = "levels") =>
        Levels(map, lists, key) is { } levels ? levels.Length > 0 ? levels : throw map.Fault(key, "are none", "list a level, or leave the experiment out by 'for'") : null;

    private static int[]? Levels(YamlMap map, IReadOnlyDictionary<string, IReadOnlyList<string>> lists, string key)
    {
        if (!map.Has(key))
        {
            return null;
        }

        var texts = map.Texts(key) is [var only] && lists.TryGetValue(only, out var named) ? named : map.Texts(key);
        int[] levels = [.. texts.Select(t => Whole(map, key, t))];
        return levels.SequenceEqual(levels.Distinct().Order()) ? levels : throw map.Fault(key, "are not ascending", "list them from low to high");
    }

    private static int Whole(YamlMap map, string key, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) ? whole : throw map.Fault(key, $"has '{text}'", "list whole numbers, or write 0..10");

    private static double Share(YamlMap map, string key, double otherwise, string remedy = "give a share that goes in a round, such as 20%")
    {
        if (map.Text(key) is not { } text)
        {
            return otherwise;
        }

        var percent = text.EndsWith('%');
        return double.TryParse(percent ? text[..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && (percent ? value / 100 : value) is >= 0 and < 1 and var share
            ? share : throw map.Fault(key, $"is '{text}'", remedy);
    }
}
