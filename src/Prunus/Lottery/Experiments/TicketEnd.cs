using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Experiments.Measures;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;

namespace Prunus.Lottery.Experiments;

/// <summary>The end of a training: what it says, and what it leaves for later ones.</summary>
internal sealed class TicketEnd
{
    private readonly MaskedTrainingResult _result;
    private readonly Dictionary<string, double> _metrics;
    private readonly TicketOutcome _outcome;

    private TicketEnd(TicketMember member, MaskedTrainingResult result, TicketOutcome outcome) =>
        (Member, _result, _outcome, _metrics) = (member, result, outcome, outcome.Metrics.ToDictionary(StringComparer.Ordinal));

    /// <summary>The training, with the masks of its end.</summary>
    public TicketMember Member { get; }

    /// <summary>What it says; all of it once <see cref="Leave"/> is done.</summary>
    public TicketOutcome Outcome => _outcome with { Metrics = _metrics };

    /// <summary>Measures a net on the device.</summary>
    /// <param name="member">The training; its net has the last weights.</param>
    /// <param name="store">Where the nets lie that it is compared with.</param>
    /// <param name="material">What it is measured on.</param>
    /// <param name="trained">How it went; null where there was nothing to train, and the net is measured as it is.</param>
    /// <param name="masks">Masks of the end; null for those of the start.</param>
    public static TicketEnd Of(TicketMember member, TicketStore store, IStudyMaterial material, MaskedTrainingResult? trained, MaskSet? masks)
    {
        var ended = member with { Start = member.Start with { Masks = masks ?? member.Start.Masks } };
        var (job, experiment, start) = ended;
        var result = trained ?? new MaskedTrainingResult([TicketMeasures.Untrained(start.Net, material)], new Dictionary<int, TicketSnapshot>(), 0);
        var end = new TicketEnd(ended, result, TicketMeasures.Of(job, experiment, start, result.Members[0]));
        if (result.Members[0].DivergedAt is null)
        {
            end._metrics[TicketMetrics.TrainAccuracy] = TicketMeasures.Accuracy(start.Net, material.Seen);
            new TicketComparison(store, material).Add(job, experiment, start, end._metrics);
        }

        return end;
    }

    /// <summary>Counts dead units, cuts, and writes: the processor's work, which members of a stack do side by side.</summary>
    public void Leave(TicketAftermath aftermath)
    {
        if (Member.Start.Frozen is null && Member.Start.Architecture.DeadUnits(Member.Start.Masks) is { } dead)
        {
            _metrics[TicketMetrics.DeadUnits] = dead.Axes.Sum(a => a.DeadCount);
            _metrics[TicketMetrics.DeadAxes] = dead.Axes.Count(a => a.DeadCount == a.Dead.Count);
        }

        aftermath.Leave(Member.Job, Member.Experiment, Member.Start, _result);
    }
}
