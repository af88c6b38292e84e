using Prunus.Lottery.Experiments;

namespace Prunus.Recipes;

/// <summary>What a reader of a ticket study's table has to know beside it: trainings that broke down, layers without a weight, levels that cut nothing.</summary>
internal static class TicketWarnings
{
    private const int Shown = 3;

    /// <summary>A line each; none for studies of other kinds.</summary>
    public static IReadOnlyList<string> Of(RecipeResults results) => results.Size.Tickets is not { } study ? [] : [.. study.Experiments.SelectMany(e => Of(e, results))];

    private static IEnumerable<string> Of(TicketExperiment experiment, RecipeResults results)
    {
        var cells = experiment.Cells().ToList();
        (string Cell, long Seed)[] all = [.. cells.SelectMany(c => results.Size.Seeds.Select(s => (c.Cell, s)))];
        (string Cell, long Seed)[] failed = [.. all.Where(c => Above0(TicketMetrics.Failed, c))], emptied = [.. all.Where(c => Above0(TicketMetrics.Emptied, c))];
        if (failed.Length > 0)
        {
            yield return $"{Named(failed)}: the loss became NaN or infinite there (or at a level before), and means leave such trainings out; lower the learning rate";
        }

        if (emptied.Length > 0)
        {
            yield return $"{Named(emptied)}: a layer has no weight left, so that nothing passes through it; cut less, or set min_keep in the recipe";
        }

        int[] levels = [.. cells.Where(c => c.Branch == TicketExperiment.Ticket && c.Level > 0).Select(c => c.Level)];
        int[] idle = [.. levels.Skip(1).Zip(levels, (level, before) => (level, before)).Where(l => experiment.FindsOwn && Kept(l.level) is var kept && kept > 0 && kept == Kept(l.before)).Select(l => l.level)];
        if (idle.Length > 0)
        {
            yield return $"{experiment.Name}: level {idle[0]}{(idle.Length > 1 ? $" and {idle.Length - 1} more" : "")} cut nothing: the share of so few weights is less than one; list fewer levels";
        }

        bool Above0(string metric, (string Cell, long Seed) c) => results.Value(new(c.Cell, metric), c.Seed) > 0;
        double Kept(int level) => results.Over(new($"{experiment.Name}/{TicketExperiment.Ticket} {level}", TicketMetrics.Kept)).Mean;
    }

    private static string Named((string Cell, long Seed)[] cells) =>
        string.Join(", ", cells.Take(Shown).Select(c => $"{c.Cell} (seed {c.Seed})")) + (cells.Length > Shown ? $" and {cells.Length - Shown} more" : "");
}
