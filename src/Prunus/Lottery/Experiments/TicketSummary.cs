using Prunus.Lottery.Masks;
using Prunus.Lottery.Tickets;

namespace Prunus.Lottery.Experiments;

/// <summary>From trainings to cells.</summary>
public static class TicketSummary
{
    /// <summary>Every cell with every seed: the mean over the replicates that did not fail, and for tickets the masks' overlap with those of other seeds.</summary>
    /// <param name="study">What was run.</param>
    /// <param name="seeds">With what.</param>
    /// <param name="outcomes">Of every training.</param>
    /// <param name="state">Folder of the tickets.</param>
    public static IEnumerable<(string Cell, long Seed, IReadOnlyDictionary<string, double> Metrics, IReadOnlyList<(long Step, double Loss)> Curve)> Of(
        TicketStudy study, IReadOnlyList<long> seeds, IReadOnlyDictionary<TicketJob, TicketOutcome> outcomes, string state)
    {
        var store = new TicketStore(state);
        foreach (var experiment in study.Experiments)
        {
            foreach (var (cell, branch, replicates, level) in experiment.Cells())
            {
                var masks = branch == TicketExperiment.Ticket && level > 0 && experiment.FindsOwn
                    ? seeds.Where(s => !store.EndedBefore(experiment.Name, s, level)).ToDictionary(s => s, s => TicketFile.Read(store.Ticket(experiment.Name, s, level)).Masks)
                    : [];
                foreach (var seed in seeds)
                {
                    TicketOutcome[] all = [.. Enumerable.Range(0, replicates).Select(r => outcomes[new TicketJob(experiment.Name, branch, level, seed, r)])];
                    var metrics = Mean([.. all.Select(o => o.Metrics)]);
                    if (masks.Count > 1 && masks.TryGetValue(seed, out var own))
                    {
                        metrics[TicketMetrics.Overlap] = masks.Keys.Where(s => s != seed).Average(s => MaskOverlap.Of(own, masks[s]).All.IntersectionOverUnion);
                    }

                    yield return (cell, seed, metrics, all.Length == 1 ? all[0].Curve : []);
                }
            }
        }
    }

    // A training that failed has no accuracies; its share is told.
    private static Dictionary<string, double> Mean(IReadOnlyList<IReadOnlyDictionary<string, double>> replicates) => replicates
        .SelectMany(m => m).GroupBy(m => m.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Average(m => m.Value), StringComparer.Ordinal);
}
