using Prunus.Lottery.Experiments;
using Prunus.Lottery.Experiments.Measures;
using Prunus.Lottery.Kinds;

namespace Prunus.Recipes;

/// <summary>What a reader of a table of trainings has to know beside it: trainings that broke down, layers that nothing passes, levels that cut nothing or less than asked.</summary>
internal static class TicketWarnings
{
    private const int Shown = 3;

    /// <summary>A line each; none for studies that train no tickets and no kinds of pruning.</summary>
    public static IReadOnlyList<string> Of(RecipeResults results) =>
        results.Size.Tickets is { } study ? [.. study.Experiments.SelectMany(e => Of(e, results))]
        : results.Size.Sparsity is { } kinds ? [.. kinds.Experiments.SelectMany(e => Failed([.. e.Kinds.Select(e.Cell)], SparsityMetrics.Failed, "the dense net", results))]
        : [];

    private static IEnumerable<string> Of(TicketExperiment experiment, RecipeResults results)
    {
        string[] cells = [.. experiment.Cells().Select(c => c.Cell)];
        var emptied = Above0(cells, TicketMetrics.Emptied, results);
        (string Cell, long Seed)[] cut = [.. Above0(cells, TicketMetrics.DeadAxes, results).Except(emptied)];
        foreach (var line in Failed(cells, TicketMetrics.Failed, "a level before", results))
        {
            yield return line;
        }

        if (emptied.Length > 0)
        {
            yield return $"{Named(emptied)}: a layer has no weight left, so that nothing passes through it; cut less, or set min_keep (--min-keep)";
        }

        if (cut.Length > 0)
        {
            yield return $"{Named(cut)}: all units of a layer are dead (no kept weights lead through one from an image to a class), so that nothing passes through it; cut less";
        }

        foreach (var line in Counts(experiment, results))
        {
            yield return line;
        }
    }

    private static IEnumerable<string> Failed(string[] cells, string metric, string earlier, RecipeResults results) => Above0(cells, metric, results) is { Length: > 0 } failed
        ? [$"{Named(failed)}: a loss or weight became NaN or infinite there (or in {earlier}), and means leave such trainings out; lower the learning rate"] : [];

    // Levels of supermasks are shares and patterns are one cut: both leave what was asked for.
    private static IEnumerable<string> Counts(TicketExperiment experiment, RecipeResults results)
    {
        if (!experiment.FindsOwn || experiment.Cutting.At == TicketMoment.Scores || experiment.Cutting.Pattern is not null)
        {
            yield break;
        }

        // Tickets that are not trained again have no cell.
        int[] levels = [.. experiment.Cutting.Levels.Where(l => l > 0 && experiment.TicketLevels?.Contains(l) != false)];
        int[] idle = [.. levels.Where((level, i) => Mean(level, TicketMetrics.Kept) is > 0 and var kept && kept == (i == 0 ? Mean(level, TicketMetrics.Weights) : Mean(levels[i - 1], TicketMetrics.Kept)))];
        int[] held = [.. levels.Where(l => Mean(l, TicketMetrics.HeldBack) > 0)];
        int[] stuck = [.. idle.Intersect(held)], few = [.. idle.Except(held)], less = [.. held.Except(idle)];
        if (few.Length > 0)
        {
            yield return $"{experiment.Name}: {Levels(few)} cut nothing: the share of so few weights is less than one; list fewer levels";
        }

        if (stuck.Length > 0)
        {
            yield return $"{experiment.Name}: {Levels(stuck)} cut nothing: min_keep keeps all weights that would go; lower it, or list fewer levels";
        }

        if (less.Length > 0)
        {
            yield return FormattableString.Invariant($"{experiment.Name}: {Levels(less)} cut less than asked: min_keep keeps weights that would go ({Mean(less[0], TicketMetrics.HeldBack):0.#} at level {less[0]}); lower it for the counts that rounds leave");
        }

        // Of trainings that broke down nothing is told here: some had no cut.
        double Mean(int level, string metric)
        {
            var cell = $"{experiment.Name}/{TicketExperiment.Ticket} {level}";
            return results.Size.Seeds.Where(s => results.Value(new(cell, TicketMetrics.Failed), s) == 0).Select(s => results.Value(new(cell, metric), s)).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
        }
    }

    private static (string Cell, long Seed)[] Above0(string[] cells, string metric, RecipeResults results) =>
        [.. cells.SelectMany(c => results.Size.Seeds.Select(s => (c, s))).Where(c => results.Value(new(c.c, metric), c.s) > 0)];

    private static string Levels(int[] levels) => $"level {levels[0]}{(levels.Length > 1 ? $" and {levels.Length - 1} more" : "")}";

    private static string Named((string Cell, long Seed)[] cells) =>
        string.Join(", ", cells.Take(Shown).Select(c => $"{c.Cell} (seed {c.Seed})")) + (cells.Length > Shown ? $" and {cells.Length - Shown} more" : "");
}
