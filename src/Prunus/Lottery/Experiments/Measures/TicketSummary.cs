using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Tickets;

namespace Prunus.Lottery.Experiments.Measures;

/// <summary>A branch at a level with a seed.</summary>
/// <param name="Cell">Name of the cell.</param>
/// <param name="Seed">Seed.</param>
/// <param name="Metrics">Means over the replicates that did not fail, and what comparing with other cells says.</param>
/// <param name="Curve">Validation loss during training; empty where there are several replicates.</param>
public sealed record TicketCell(string Cell, long Seed, IReadOnlyDictionary<string, double> Metrics, IReadOnlyList<(long Step, double Loss)> Curve)
{
    /// <summary>Least of the replicates; empty where there is one.</summary>
    public IReadOnlyDictionary<string, double> Least { get; init; } = new Dictionary<string, double>();

    /// <summary>Most of the replicates; empty where there is one.</summary>
    public IReadOnlyDictionary<string, double> Most { get; init; } = new Dictionary<string, double>();
}

/// <summary>From trainings to cells.</summary>
public static class TicketSummary
{
    /// <summary>Every cell with every seed: what its replicates say, how it lies beside the dense net, and for tickets the masks' overlap with those of other seeds.</summary>
    /// <param name="study">What was run.</param>
    /// <param name="seeds">With what.</param>
    /// <param name="outcomes">Of every training.</param>
    /// <param name="state">Folder of the tickets.</param>
    public static IEnumerable<TicketCell> Of(TicketStudy study, IReadOnlyList<long> seeds, IReadOnlyDictionary<TicketJob, TicketOutcome> outcomes, string state)
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
                    // Where it is not trained it is measured as it is drawn, which is nothing to be held beside.
                    var dense = experiment.TrainsDense ? outcomes.GetValueOrDefault(new TicketJob(experiment.Name, TicketExperiment.Ticket, 0, seed, 0))?.Metrics : null;
                    TicketOutcome[] all = [.. Enumerable.Range(0, replicates).Select(r => outcomes[new TicketJob(experiment.Name, branch, level, seed, r)])];
                    List<Dictionary<string, double>> each = [.. all.Select(o => BesideDense.Added(o.Metrics, level == 0 && branch == TicketExperiment.Ticket ? null : dense, StudyDecoder.Is(experiment.Net)))];
                    var metrics = Over(each, m => m.Average());
                    if (masks.Count > 1 && masks.TryGetValue(seed, out var own))
                    {
                        var overlaps = masks.Keys.Where(s => s != seed).Select(s => MaskOverlap.Of(own, masks[s])).ToList();
                        metrics[TicketMetrics.Overlap] = overlaps.Average(o => o.All.IntersectionOverUnion);
                        metrics[TicketMetrics.OverlapByChance] = overlaps.Average(o => MaskOverlap.ByChance(o.Layers.Values));
                    }

                    yield return all is [var only] ? new(cell, seed, metrics, only.Curve)
                        : new(cell, seed, metrics, []) { Least = Over(each, m => m.Min()), Most = Over(each, m => m.Max()) };
                }
            }
        }
    }

    // A training that failed has no accuracies; its share is told.
    private static Dictionary<string, double> Over(IReadOnlyList<IReadOnlyDictionary<string, double>> replicates, Func<IEnumerable<double>, double> together) => replicates
        .SelectMany(m => m).GroupBy(m => m.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => together(g.Select(m => m.Value)), StringComparer.Ordinal);
}
