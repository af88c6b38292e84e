namespace Prunus.Recipes;

/// <summary>Reads a size of the recipes that prune no donor: ticket experiments (<c>experiments</c>), sparsity on donors (<c>sparsity</c>), strong tickets (<c>strong</c>), universal tickets (<c>universal</c>).</summary>
internal static class LotteryReader
{
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
        return RecipeReader.Judged(root, name, result, Elsewhere(root), lists);
    }

    // Cells of any size, and those that one 'for' makes of their parts: an experiment's branch at the levels that any experiment has that branch at.
    private static string[] Elsewhere(YamlMap root)
    {
        var cells = (from size in Recipe.SizeNames.Select(n => root.Map("sizes")!.Map(n)).OfType<YamlMap>()
                     from experiment in TicketYaml.Read(root, size, RecipeReader.Lists(size)).Experiments
                     from cell in experiment.Cells()
                     select (experiment.Name, cell.Branch, cell.Level)).Distinct().ToList();
        var levels = cells.ToLookup(c => c.Branch, c => c.Level);
        return [.. cells.Select(c => (c.Name, c.Branch)).Distinct().SelectMany(b => levels[b.Branch].Distinct().Select(l => $"{b.Name}/{b.Branch} {l}"))];
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
}
