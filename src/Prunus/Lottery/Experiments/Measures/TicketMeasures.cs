using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;
using Prunus.Native;

namespace Prunus.Lottery.Experiments.Measures;

/// <summary>What a training's curve and masks say.</summary>
internal static class TicketMeasures
{
    // Forward, and gradients of values and of weights.
    private const int PassesOfAStep = 3;

    /// <summary>A net as it is.</summary>
    public static TrainingCurve Untrained(ITicketNet net, IStudyMaterial material)
    {
        var (validation, test) = (Evaluated(net, material.Validation), Evaluated(net, material.Test));
        return new([], [new CurvePoint(0, validation[0], validation[1], test[0], test[1])], double.IsFinite(validation[0]) && double.IsFinite(test[0]) ? null : 0);
    }

    /// <summary>Share of hits on a set, 0 to 1.</summary>
    public static double Accuracy(ITicketNet net, EvaluationSet set) => Evaluated(net, set)[1];

    public static TicketOutcome Of(TicketJob job, TicketExperiment experiment, TicketBeginning start, TrainingCurve curve)
    {
        var steps = SearchSteps(experiment, job.Level);
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            [TicketMetrics.Pm] = 100 * start.Masks.Density,
            [TicketMetrics.Kept] = start.Masks.Kept,
            [TicketMetrics.Emptied] = start.Masks.Names.Count(n => start.Masks[n].Kept == 0),
            [TicketMetrics.Failed] = curve.DivergedAt is null ? 0 : 1,
            [TicketMetrics.SearchSteps] = steps,
            [TicketMetrics.Weights] = start.Masks.Count,
        };

        if (start.HeldBack > 0 || experiment.Cutting.Options.MinimumKeep > 0)
        {
            metrics[TicketMetrics.HeldBack] = experiment.Finds(job) && curve.DivergedAt is null ? experiment.Cutting.HeldBack(start.Net.Tensors, start.Masks, job.Level) : start.HeldBack;
        }

        foreach (var name in start.Masks.Names)
        {
            metrics[TicketMetrics.Density(name)] = 100.0 * start.Masks[name].Kept / start.Masks[name].Count;
        }

        if (start.Architecture.MultiplyAdds(experiment.Training.Block) is { } pass)
        {
            metrics[TicketMetrics.SearchFlops] = 2.0 * PassesOfAStep * pass * experiment.Training.Batch * steps;
        }

        // A training that broke down has no accuracy worth a mean.
        if (curve.DivergedAt is null)
        {
            var last = curve.Points[^1];
            (metrics[TicketMetrics.FinalAccuracy], metrics[TicketMetrics.FinalLoss]) = (last.TestAccuracy, last.TestLoss);
            if (curve.EarlyStopAfter(LastCut(job, experiment)) is { } early)
            {
                (metrics[TicketMetrics.EarlyIteration], metrics[TicketMetrics.EarlyAccuracy], metrics[TicketMetrics.EarlyLoss]) = (early.Step, early.TestAccuracy, early.TestLoss);
            }

            foreach (var point in curve.Points)
            {
                metrics[TicketMetrics.AccuracyAt(point.Step)] = point.TestAccuracy;
            }
        }

        return new TicketOutcome(metrics, [.. curve.Points.Select(p => ((long)p.Step, p.ValidationLoss))]);
    }

    /// <summary>A training that there is not, because a training before it broke down and left no masks: it failed too.</summary>
    /// <param name="job">Which.</param>
    /// <param name="experiment">Its experiment.</param>
    /// <param name="source">That whose tickets it trains: its own, or another.</param>
    /// <param name="architecture">The net's.</param>
    public static TicketOutcome Ended(TicketJob job, TicketExperiment experiment, TicketExperiment source, ITicketArchitecture architecture)
    {
        // A layer that is drawn anew for other classes is whole.
        var whole = !StudyDecoder.Is(experiment.Net) && StudySet.Parse(experiment.Data).Source.ClassNames.Count != StudySet.Parse(source.Data).Source.ClassNames.Count;
        var pools = MaskPool.After(architecture.Tensors.Where(t => !(whole && t.IsOutput)), source.Cutting.Options, job.Level);
        var prunable = architecture.Tensors.Where(t => t.IsPrunable).Sum(t => t.ElementCount);
        var kept = prunable - pools.Sum(p => p.Total - p.Kept);
        return new TicketOutcome(
            new Dictionary<string, double>(StringComparer.Ordinal)
            {
                [TicketMetrics.Pm] = 100.0 * kept / prunable,
                [TicketMetrics.Kept] = kept,
                [TicketMetrics.Failed] = 1,
                [TicketMetrics.SearchSteps] = SearchSteps(experiment, job.Level),
            },
            []);
    }

    private static double[] Evaluated(ITicketNet net, EvaluationSet set)
    {
        using var values = MemberLosses.Evaluate(net, set);
        using var near = values.cpu();
        return TensorMemory.Span<double>(near).ToArray();
    }

    // A net that loses weights as it is trained is not the ticket before the last of them is gone; the evaluation at that step comes before the cut.
    private static int LastCut(TicketJob job, TicketExperiment experiment) =>
        experiment.Finds(job) && experiment.Cutting is { At: TicketMoment.Training, Pattern: null } cutting ? cutting.Pace.Steps(experiment.Training.Iterations)[^1] : -1;

    // The dense training, one from step k on for each level between, and this one. Masks found before or during it cost no training more; what a given ticket had cost is not known.
    private static double SearchSteps(TicketExperiment experiment, int level)
    {
        double whole = experiment.Training.Iterations, again = whole - experiment.Rewinding.Step;
        return level == 0 ? whole : experiment.GivenTicket is not null ? again : experiment.Cutting.At != TicketMoment.End ? whole * (experiment.Training.Distil is null ? 1 : 2) : whole + (experiment.Cutting.Once ? again : level * again);
    }
}
