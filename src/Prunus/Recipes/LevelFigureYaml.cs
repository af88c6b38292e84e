namespace Prunus.Recipes;

/// <summary>Figures of ticket experiments, whose cells are <c>EXPERIMENT/BRANCH 0</c>, <c>EXPERIMENT/BRANCH 1</c> …; what a size lacks is left out, and null is given when nothing is left.</summary>
internal static class LevelFigureYaml
{
    /// <summary>Lines over levels (<c>of</c> an experiment's branch; <c>y</c> of a line stands before that of the figure), and <c>others</c>: values of papers or other programs, with their <c>source</c>.</summary>
    public static RecipeFigure.Levels? Levels(YamlMap map, string title, VariantNames known, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var (y, label) = (map.Text("y"), map.Need("y_label"));
        var (names, series) = (new HashSet<string>(StringComparer.Ordinal), new List<LevelLine>());
        foreach (var line in map.Each("series", lists))
        {
            var (name, of, metric) = (line.Need("name"), line.Need("of"), line.Text("y") ?? y ?? line.Need("y"));
            var like = Like(line, names);
            line.Done();
            names.Add(name);
            var cells = known.Matching(line, "of", [of + " *"]);
            if (cells.Count > 0 && known.References(map, "y", cells.Select(c => $"{c}.{metric}")) is not null)
            {
                series.Add(new(name, metric, cells, like));
            }
        }

        var others = map.Each("others", lists).Select(o => Values(o, names, lists)).ToList();
        return series.Count > 0 ? new(title, label, series, others) : null;
    }

    /// <summary>Accuracy at every evaluation between steps <c>from</c> and <c>to</c>, one line for each cell (<c>of</c>); <c>{pm}</c> in a name is the share of weights left.</summary>
    public static RecipeFigure.Training? Training(YamlMap map, string title, VariantNames known, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var (from, to) = (map.Integer("from") ?? 0, map.Integer("to") ?? int.MaxValue);
        var series = new List<(string, string)>();
        foreach (var line in map.Each("series", lists))
        {
            var (name, of) = (line.Need("name"), line.Need("of"));
            line.Done();
            if (known.Reference(map, "series", $"{of}.{Lottery.Experiments.Measures.TicketMetrics.FinalAccuracy}") is { Variant: var cell })
            {
                series.Add((name, cell));
            }
        }

        return from < 0 || to <= from ? throw map.Fault("from", $"is {from}, and 'to' {to}", "draw from an earlier step to a later one")
            : series.Count > 0 ? new(title, from, to, series) : null;
    }

    /// <summary>Densities of layers at the levels <c>of</c> an experiment's branch, but for level 0, where all is left.</summary>
    public static RecipeFigure.Layers? Layers(YamlMap map, string title, VariantNames known)
    {
        var of = map.Need("of");
        string[] cells = [.. known.Matching(map, "of", [of + " *"]).Where(c => c != of + " 0")];
        return cells.Length > 0 ? new(title, cells) : null;
    }

    private static LevelValues Values(YamlMap map, HashSet<string> names, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var (name, source, like) = (map.Need("name"), map.Need("source"), Like(map, names));
        double[] x = [.. FigureYaml.Listed(map, "x", lists).Select(t => FigureYaml.Number(map, t))], y = [.. FigureYaml.Listed(map, "y", lists).Select(t => FigureYaml.Number(map, t, "y"))];
        map.Done();
        return x.Length != y.Length ? throw map.Fault("y", $"has {y.Length} values and x {x.Length}", "give one for each")
            : x.Any(v => v is <= 0 or > 100) ? throw map.Fault("x", "is a share of weights left", "give percent, above 0")
            : new(name, source, x, y, like);
    }

    private static string? Like(YamlMap map, HashSet<string> names) => map.Text("like") is not { } like ? null
        : names.Contains(like) ? like : throw map.Fault("like", $"names the line '{like}', which does not stand before", "name one of 'series'");
}
