using System.Globalization;

namespace Prunus.Recipes;

/// <summary>A figure of a recipe, by its <c>kind</c>: curves, bars, map, lines, scatter, settling; of ticket experiments levels, training or layers.</summary>
internal static class FigureYaml
{
    /// <summary>Reads a figure; entries whose variants this size leaves out are left out, and null is given when nothing is left.</summary>
    public static RecipeFigure? Read(YamlMap map, VariantNames known, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var title = map.Need("title");
        RecipeFigure? figure = map.Need("kind") switch
        {
            "curves" => known.Matching(map, "variants", map.Texts("variants")) is { Count: > 0 } variants ? new RecipeFigure.Curves(title, variants) : null,
            "bars" => Bars(map, title, known, lists),
            "map" => Map(map, title, known, lists),
            "lines" => Lines(map, title, known, lists),
            "scatter" => Scatter(map, title, known, lists),
            "settling" => Settling(map, title, known, lists),
            "levels" => LevelFigureYaml.Levels(map, title, known, lists),
            "training" => LevelFigureYaml.Training(map, title, known, lists),
            "layers" => LevelFigureYaml.Layers(map, title, known),
            var other => throw map.Fault("kind", $"is '{other}'", "use curves, bars, map, lines, scatter, settling, levels, training or layers"),
        };
        map.Done();
        return figure;
    }

    private static RecipeFigure.Bars? Bars(YamlMap map, string title, VariantNames known, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var entries = new List<(string, MetricReference)>();
        foreach (var entry in map.Each("entries", lists))
        {
            var (name, value) = (entry.Need("name"), known.Reference(entry, "value", entry.Need("value")));
            entry.Done();
            if (value is not null)
            {
                entries.Add((name, value));
            }
        }

        var label = map.Need("y_label");
        return entries.Count > 0 ? new(title, label, entries) : null;
    }

    private static RecipeFigure.Map? Map(YamlMap map, string title, VariantNames known, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var (rows, columns, value) = (Listed(map, "rows", lists), Listed(map, "columns", lists), map.Need("value"));
        var kept = columns.Where(c => known.Reference(map, "value", Filled(rows[0], c)) is not null).ToList();
        var cells = rows.Select(r => known.References(map, "value", kept.Select(c => Filled(r, c)))).ToList();
        var (rowLabel, columnLabel) = (map.Text("row_label") ?? "", map.Text("column_label") ?? "");
        return kept.Count == 0 || cells.Contains(null) ? null : new(title, rowLabel, columnLabel, rows, kept, [.. cells.OfType<IReadOnlyList<MetricReference>>()]);

        string Filled(string row, string column) => value.Replace("{row}", row, StringComparison.Ordinal).Replace("{column}", column, StringComparison.Ordinal);
    }

    private static RecipeFigure.Lines? Lines(YamlMap map, string title, VariantNames known, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var series = new List<FigureLine>();
        foreach (var line in map.Each("series", lists))
        {
            var (name, xs, value) = (line.Need("name"), Listed(line, "x", lists), line.Need("y"));
            line.Done();
            var points = xs.Select(x => (X: x, Y: known.Reference(line, "y", value.Replace("{x}", x, StringComparison.Ordinal)))).Where(p => p.Y is not null).ToList();
            if (points.Count > 0)
            {
                series.Add(new FigureLine(name, [.. points.Select(p => Number(line, p.X))], [.. points.Select(p => p.Y!)]));
            }
        }

        var (x, y) = (map.Need("x_label"), map.Need("y_label"));
        return series.Count > 0 ? new(title, x, y, series) : null;
    }

    private static RecipeFigure.Scatter? Scatter(YamlMap map, string title, VariantNames known, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var points = new List<FigurePoint>();
        foreach (var entry in map.Each("points", lists))
        {
            var (group, x, y) = (entry.Need("group"), entry.Need("x"), entry.Need("y"));
            points.AddRange(known.Matching(entry, "variants", entry.Texts("variants")).Select(v => (Name: v, X: known.Reference(entry, "x", $"{v}.{x}"), Y: known.Reference(entry, "y", $"{v}.{y}")))
                .Where(p => p is { X: not null, Y: not null }).Select(p => new FigurePoint(p.Name, group, p.X!, p.Y!)));
            entry.Done();
        }

        var (xLabel, yLabel) = (map.Need("x_label"), map.Need("y_label"));
        return points.Count > 0 ? new(title, xLabel, yLabel, points) : null;
    }

    private static RecipeFigure.Settling? Settling(YamlMap map, string title, VariantNames known, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var variants = known.Variants(map, "variants", map.Texts("variants"));
        var steps = Listed(map, "steps", lists).Select(s => Step(map, s, variants)).ToList();
        var losses = steps.Select(s => known.References(map, "steps", variants.Select(v => $"{v.Name}.loss@{s}"))!).ToList();
        return variants.Count < 3 || steps.Count == 0 ? null : new(title, steps, losses);
    }

    internal static IReadOnlyList<string> Listed(YamlMap map, string key, IReadOnlyDictionary<string, IReadOnlyList<string>> lists) =>
        map.Texts(key) switch
        {
            [var only] when lists.TryGetValue(only, out var named) => named,
            { Count: > 0 } some => some,
            _ => throw new PrunusInputException(map.Place, $"'{key}' is missing", $"add '{key}: […]'"),
        };

    private static int Step(YamlMap map, string text, IReadOnlyList<Variant> variants) =>
        !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? throw map.Fault("steps", $"has '{text}'", "list whole numbers, 0 = before training")
        : variants.FirstOrDefault(v => !Evaluated(v.Stages[^1].Healing, step)) is { } without ? throw map.Fault("steps", $"has {step}, at which '{without.Name}' is not evaluated", "list 0, multiples of evaluate_every, and the last step")
        : step;

    private static bool Evaluated(Shrinking.HealingOptions healing, int step) =>
        healing.EvaluateEvery > 0 && step <= healing.Steps && (step % healing.EvaluateEvery == 0 || step == healing.Steps);

    internal static double Number(YamlMap map, string text, string key = "x") =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : throw map.Fault(key, $"has '{text}'", $"{key} must be numbers");
}
