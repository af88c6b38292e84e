using System.Globalization;
using Prunus.Lottery.Experiments.Measures;
using Prunus.Runs;

namespace Prunus.Recipes;

/// <summary>Figures of ticket experiments from their cells.</summary>
internal static class LevelDrawing
{
    // More points of a training than this only make the record long.
    private const int MostPoints = 50;
    private const string Left = "weights left, %";

    public static IEnumerable<Series> Of(RecipeFigure.Levels figure, RecipeResults results)
    {
        var drawn = figure.Series.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. figure.Series.Select(s => Line(figure, s, results) with { Like = Known(s.Like) }),
            .. figure.Others.Select(o => new Series(figure.Title, o.Name, Left, figure.YLabel, o.X, o.Y, Falling: true, Source: o.Source, Like: Known(o.Like))),
        ];

        string? Known(string? like) => like is not null && drawn.Contains(like) ? like : null;
    }

    public static IEnumerable<Series> Of(RecipeFigure.Training figure, RecipeResults results) => figure.Series.Select(s =>
    {
        long[] all = [.. results.Size.Seeds.SelectMany(seed => results.Cell(s.Cell, seed).Metrics.Keys).Select(TicketMetrics.StepOf).OfType<long>().Where(n => n >= figure.From && n <= figure.To).Distinct().Order()];
        long[] steps = all.Length <= MostPoints ? all : [.. Enumerable.Range(0, MostPoints).Select(i => all[(int)Math.Round(i * (all.Length - 1.0) / (MostPoints - 1))])];
        return new Series(figure.Title, s.Name.Replace("{pm}", Pm(s.Cell, results), StringComparison.Ordinal), "step", "test accuracy",
            [.. steps.Select(n => (double)n)], [.. steps.Select(n => results.Over(new(s.Cell, TicketMetrics.AccuracyAt(n))).Mean)]);
    });

    public static MapFigure Of(RecipeFigure.Layers figure, RecipeResults results)
    {
        string[] layers = [.. figure.Cells.SelectMany(c => results.Size.Seeds.SelectMany(s => results.Cell(c, s).Metrics.Keys)).Where(m => TicketMetrics.LayerOf(m) is not null).Distinct()];
        return new(figure.Title, "layer", "weights left in all", [.. layers.Select(l => TicketMetrics.LayerOf(l)!)], [.. figure.Cells.Select(c => Pm(c, results) + " %")],
            [.. layers.Select(l => (IReadOnlyList<double>)[.. figure.Cells.Select(c => results.Over(new(c, l)).Mean)])]);
    }

    private static Series Line(RecipeFigure.Levels figure, LevelLine line, RecipeResults results)
    {
        var ranges = line.Cells.Select(c => results.Range(new(c, line.Y))).ToList();
        return new Series(
            figure.Title, line.Name, Left, figure.YLabel, [.. line.Cells.Select(c => results.Over(new(c, TicketMetrics.Pm)).Mean)],
            [.. line.Cells.Select(c => results.Size.Seeds.Select(s => results.Value(new(c, line.Y), s)).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average())],
            [.. ranges.Select(r => r.Least)], [.. ranges.Select(r => r.Most)], Falling: true);
    }

    private static string Pm(string cell, RecipeResults results) => results.Over(new(cell, TicketMetrics.Pm)).Mean.ToString("0.#", CultureInfo.InvariantCulture);
}
