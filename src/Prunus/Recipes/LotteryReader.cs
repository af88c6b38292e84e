using Prunus.Lottery.Experiments;

namespace Prunus.Recipes;

/// <summary>Reads a size of the recipes that prune no donor: ticket experiments (<c>experiments</c>), sparsity on donors (<c>sparsity</c>), strong tickets (<c>strong</c>), universal tickets (<c>universal</c>).</summary>
internal static class LotteryReader
{
    private const int DeepestLevel = 101;

    /// <returns>The size, or null where the recipe has none of these.</returns>
    public static RecipeSize? Read(YamlMap root, string name, YamlMap size, IReadOnlyDictionary<string, IReadOnlyList<string>> lists, IReadOnlyList<string> select) =>
        root.Has("experiments") ? WithTickets(root, name, size, lists, select)
        : root.Has("sparsity") ? WithKinds(root, name, size, lists, select)
        : root.Has("strong") ? WithSettings(root, "strong", name, size, lists, s => s with { Strong = new(Selected(StrongYaml.Read(root, size, lists).Experiments, e => e.Name, select)) })
        : root.Has("universal") ? WithSettings(root, "universal", name, size, lists, s => s with { Universal = new(Selected(UniversalYaml.Read(root, size, lists).Experiments, e => e.Name, select)) })
        : null;

    private static RecipeSize WithTickets(YamlMap root, string name, YamlMap size, IReadOnlyDictionary<string, IReadOnlyList<string>> lists, IReadOnlyList<string> select)
    {
        RefuseSelection(select);
        var result = Bare(size) with { Tickets = TicketYaml.Read(root, size, lists) };
        size.Done();

        // Other sizes may have other experiments and levels; what this one lacks is left out of claims and figures.
        string[] all = [.. root.Entries("sizes").SelectMany(s => Branches(root, s.Map is { } other ? RecipeReader.Lists(other) : lists)).Distinct().SelectMany(b => Enumerable.Range(0, DeepestLevel).Select(l => $"{b} {l}"))];
        return RecipeReader.Judged(root, name, result, all, lists);
    }

    private static RecipeSize WithKinds(YamlMap root, string name, YamlMap size, IReadOnlyDictionary<string, IReadOnlyList<string>> lists, IReadOnlyList<string> select)
    {
        RefuseSelection(select);
        var result = Bare(size) with { Sparsity = SparsityYaml.Read(root, size, lists) };
        size.Done();
        return RecipeReader.Judged(root, name, result, [.. Recipe.SizeNames.Select(n => root.Map("sizes")!.Map(n)).OfType<YamlMap>().SelectMany(s => SparsityYaml.Names(root, RecipeReader.Lists(s)))], lists);
    }

    // Settings that are cells by themselves, of which some may be selected.
    private static RecipeSize WithSettings(YamlMap root, string key, string name, YamlMap size, IReadOnlyDictionary<string, IReadOnlyList<string>> lists, Func<RecipeSize, RecipeSize> add)
    {
        var result = add(Bare(size));
        size.Done();
        return RecipeReader.Judged(root, name, result, [.. root.Each(key, lists).Select(m => m.Need("name"))], lists);
    }

    private static IReadOnlyList<T> Selected<T>(IReadOnlyList<T> experiments, Func<T, string> name, IReadOnlyList<string> select) =>
        select.Count == 0 ? experiments : [.. experiments.Where(e => select.Any(o => RecipeReader.Matches(name(e), o)))];

    private static RecipeSize Bare(YamlMap size) => new(RecipeReader.Seeds(size), [], [], [], [], 0, new(0, 0), 0, 0, [], null, [], [], []);

    private static void RefuseSelection(IReadOnlyList<string> select)
    {
        if (select.Count > 0)
        {
            throw new PrunusInputException("--only", "picks variants, and this recipe has experiments, whose parts need each other", "leave it out, or write a recipe of your own");
        }
    }

    // Experiments and their branches as cells name them, whatever else is said of them.
    private static IEnumerable<string> Branches(YamlMap root, IReadOnlyDictionary<string, IReadOnlyList<string>> lists) =>
        from experiment in root.Each("experiments", lists)
        from branch in experiment.Each("branches", lists).Select(b => b.Text("branch")).OfType<string>().Append(TicketExperiment.Ticket)
        select $"{experiment.Text("name")}/{branch}";
}
