using System.Text.Json.Nodes;
using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Experiments.Measures;
using Prunus.Lottery.Kinds;
using Prunus.Lottery.Strong.Experiments;
using Prunus.Lottery.Universal.Experiments;
using Prunus.Runs;

namespace Prunus.Recipes;

/// <summary>What a recipe leaves to be read: metrics with intervals, published rows, claims, figures.</summary>
internal static class RecipeRecord
{
    public static Record Make(Recipe recipe, string sizeName, RunIdentity identity, RecipeResults results)
    {
        var size = results.Size;
        return new Record
        {
            Verb = "recipe",
            Title = recipe.Title,
            Recipe = recipe.Id,
            Size = sizeName,
            Options = (JsonObject)identity.Options.DeepClone(),
            Seeds = size.Seeds,
            Metrics = Metrics(results),
            Subjects = [.. size.CellNames.Select(name => size.Tickets is not null ? Ticket(name, results) : size.Sparsity is not null ? Kind(name, results) : size.Strong is not null ? Shown(name, StrongMetrics.Shown, results) : size.Universal is not null ? Shown(name, UniversalMetrics.Shown, results) : Subject(name, results))],
            Claims = ClaimJudge.Judge(results),
            Published = [.. size.Published.Select(p => new PublishedRow(p.Source, p.Row, p.Measure, p.Value, p.Ours is { } ours ? Finite(ours.Value(m => results.Over(m).Mean)) : null))],
            Series = [.. size.Figures.SelectMany(f => f switch
            {
                RecipeFigure.Curves c => c.Variants.Where(v => results.Cell(v, size.Seeds[0]).Curve.Count > 0).Select(v => Curve(c.Title, v, results)),
                RecipeFigure.Lines l => l.Series.Select(s => new Series(l.Title, s.Name, l.XLabel, l.YLabel, s.X, [.. s.Y.Select(y => results.Over(y).Mean)])),
                RecipeFigure.Levels l => LevelDrawing.Of(l, results),
                RecipeFigure.Training t => LevelDrawing.Of(t, results),
                RecipeFigure.Settling s => [new Series(
                    s.Title, "rank correlation with the end", "steps", "Spearman's ρ", [.. s.Steps.Select(n => (double)n)],
                    [.. s.Losses.Select(l => size.Seeds.Average(seed => results.Quantity(new ClaimQuantity.RankCorrelation(l, s.Losses[^1]), seed)))])],
                _ => [],
            })],
            Bars = Some(size.Figures.OfType<RecipeFigure.Bars>().Select(b => new BarFigure(b.Title, b.YLabel, [.. b.Entries.Select(e => Bar(e.Name, results.Over(e.Value)))]))),
            Maps = Some(size.Figures.OfType<RecipeFigure.Map>().Select(m => new MapFigure(m.Title, m.RowLabel, m.ColumnLabel, m.Rows, m.Columns, [.. m.Cells.Select(r => (IReadOnlyList<double>)[.. r.Select(c => results.Over(c).Mean)])]))
                .Concat(size.Figures.OfType<RecipeFigure.Layers>().Select(l => LevelDrawing.Of(l, results)))),
            Scatters = Some(size.Figures.OfType<RecipeFigure.Scatter>().Select(s => new ScatterFigure(s.Title, s.XLabel, s.YLabel, [.. s.Points.Select(p => new ScatterPoint(p.Name, p.Group, results.Over(p.X).Mean, results.Over(p.Y).Mean))]))),
        };
    }

    private static Subject Subject(string name, RecipeResults results)
    {
        var loss = results.Over(new(name, "loss")).Mean;
        return new Subject(name, new OrderedDictionary<string, double>
        {
            ["parameters"] = results.Over(new(name, "parameters")).Mean,
            ["loss_before"] = results.Over(new(name, "before")).Mean,
            ["loss"] = loss,
            ["perplexity"] = Math.Exp(loss),
        });
    }

    private static Subject Shown(string name, IReadOnlyList<string> metrics, RecipeResults results) =>
        new(name, new OrderedDictionary<string, double>(metrics.Select(m => KeyValuePair.Create(m, results.Over(new(name, m)).Mean)).Where(m => double.IsFinite(m.Value))));

    private static Subject Ticket(string name, RecipeResults results) => new(name, new OrderedDictionary<string, double>(
        (IsText(name, results) ? (string[])[TicketMetrics.Pm, TicketMetrics.EarlyIteration, TicketMetrics.EarlyLoss, TicketMetrics.FinalLoss]
            : [TicketMetrics.Pm, TicketMetrics.EarlyIteration, TicketMetrics.EarlyAccuracy, TicketMetrics.FinalAccuracy])
        .Append(TicketMetrics.Failed)
        .Select(metric => KeyValuePair.Create(metric, results.Over(new(name, metric)).Mean)).Where(m => double.IsFinite(m.Value) && (m.Key != TicketMetrics.Failed || m.Value > 0))));

    private static Subject Kind(string name, RecipeResults results) => new(name, new OrderedDictionary<string, double>(
        ((string[])[SparsityMetrics.Pm, SparsityMetrics.Parameters, SparsityMetrics.BytesDense, SparsityMetrics.BytesTicket, SparsityMetrics.BytesSparse, SparsityMetrics.Loss, SparsityMetrics.Accuracy,
            .. SparsityMetrics.Inputs.SelectMany(i => (string[])[SparsityMetrics.Ratio("dense", i), SparsityMetrics.Ratio("sparse", i)]), SparsityMetrics.Failed])
        .Select(metric => KeyValuePair.Create(metric, results.Over(new(name, metric)).Mean)).Where(m => double.IsFinite(m.Value) && (m.Key != SparsityMetrics.Failed || m.Value > 0))));

    private static bool IsText(string cell, RecipeResults results) =>
        results.Size.Tickets!.Experiments.Any(e => StudyDecoder.Is(e.Net) && cell.StartsWith(e.Name + "/", StringComparison.Ordinal));

    private static OrderedDictionary<string, Metric> Metrics(RecipeResults results)
    {
        // Accuracies at all steps and densities of all layers would fill megabytes (they are in cells.json): only those that something is said of.
        var named = Named(results.Size);
        var metrics = new OrderedDictionary<string, Metric>();
        foreach (var name in results.Size.CellNames)
        {
            var cell = results.Cell(name, results.Size.Seeds[0]);
            foreach (var metric in results.Size.Seeds.SelectMany(s => results.Cell(name, s).Metrics.Keys).Distinct().Concat(results.Size.Reach is not null && cell.Curve.Count > 0 ? ["reach"] : []).Where(m => !TicketMetrics.IsOneOfMany(m) || named.Contains(m)))
            {
                var interval = results.Over(new(name, metric));
                var known = double.IsFinite(interval.Low);
                metrics[$"{name}.{metric}"] = new Metric(interval.Mean, known ? interval.Low : null, known ? interval.High : null, Unit(metric), results.SideOf(new(name, metric)));
            }
        }

        return metrics;
    }

    private static HashSet<string> Named(RecipeSize size) => [.. size.Claims.SelectMany(c => c.Quantity.References)
        .Concat(size.Figures.SelectMany(f => f.References)).Concat(size.Published.SelectMany(p => p.Ours?.References ?? [])).Select(r => r.Metric)];

    private static string? Unit(string metric) => metric is "tokens" or "reach" ? "tokens"
        : metric.StartsWith("loss", StringComparison.Ordinal) || metric.StartsWith("before", StringComparison.Ordinal) ? "nats/token" : null;

    private static Series Curve(string title, string variant, RecipeResults results)
    {
        var cells = results.Size.Seeds.Select(s => results.Cell(variant, s)).ToArray();
        var steps = cells[0].Curve.Select(p => p.Step).ToArray();
        return new Series(title, variant, "tokens", "held-out loss, nats/token",
            [.. steps.Select(s => (double)s * cells[0].TokensPerStep)], [.. steps.Select(s => cells.Average(c => c.LossAt(s) ?? double.NaN))]);
    }

    private static Bar Bar(string name, StudentInterval interval) =>
        double.IsFinite(interval.Low) ? new(name, interval.Mean, interval.Low, interval.High) : new(name, interval.Mean);

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static List<T>? Some<T>(IEnumerable<T> figures) => figures.ToList() is { Count: > 0 } some ? some : null;
}
