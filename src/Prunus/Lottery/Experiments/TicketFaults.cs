using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;
using Prunus.Vision;

namespace Prunus.Lottery.Experiments;

/// <summary>What of an experiment cannot be run, found before anything is trained.</summary>
internal static class TicketFaults
{
    private const int MostBatches = 10_000;

    /// <summary>Checks an experiment by itself.</summary>
    /// <exception cref="PrunusInputException">It cannot be run.</exception>
    public static void Check(string subject, TicketExperiment experiment)
    {
        if (experiment.Cutting.Pattern is not null)
        {
            CheckPattern(subject, experiment);
        }

        foreach (var branch in experiment.Branches.Where(b => !experiment.Cutting.Levels.Any(b.RunsAt)))
        {
            throw new PrunusInputException(subject, $"{experiment.Name} has the branch {branch.Id} at none of its levels, {string.Join(", ", experiment.Cutting.Levels)}", "list some of them, or leave out that branch");
        }

        CheckFrozen(subject, experiment);
        CheckRates(subject, experiment);
        switch (experiment.Cutting.At)
        {
            case TicketMoment.Initialisation:
                CheckBefore(subject, experiment);
                break;
            case TicketMoment.Training:
                CheckDuring(subject, experiment);
                break;
            case TicketMoment.Scores:
                CheckScores(subject, experiment);
                break;
            default:
                CheckAfter(subject, experiment);
                break;
        }
    }

    private static void CheckAfter(string subject, TicketExperiment experiment)
    {
        var (name, cutting) = (experiment.Name, experiment.Cutting);
        var criterion = AfterTraining(subject, experiment);
        Refuse(
            criterion.Score is null && (cutting.Once || cutting.Options is not { Scope: MaskScope.Layerwise, MinimumKeep: 0 }), subject,
            $"{name} cuts by '{criterion.Id}', which judges each layer as a whole and has no count", "cut round by round and layer by layer without min_keep, or choose another criterion");

        Refuse(
            cutting.Options.Rule != MaskRule.Count && (cutting.Once || criterion.Score is null), subject,
            $"{name} cuts by the rule open-lth, which is of rounds by scores and has no count", "leave out 'rule', or cut round by round by a criterion that ranks");

        // What masks cover of a decoder has one rate: matrices of its blocks alone.
        if (!cutting.Once && !StudyDecoder.Is(experiment.Net))
        {
            Named($"{subject}, {name}", () => cutting.Options.Pools(VisionTicketNet.TensorsOf(VisionNets.Named(experiment.Net))).Count());
        }
    }

    private static void CheckBefore(string subject, TicketExperiment experiment)
    {
        var (name, cutting) = (experiment.Name, experiment.Cutting);
        var criterion = Named($"{subject}, {name}", () => InitialCriteria.Named(cutting.Criterion));
        CheckUnrewound(subject, experiment);
        Refuse(!criterion.Ranks && cutting.Options.MinimumKeep > 0, subject, $"{name} keeps a minimum of each layer, which '{criterion.Id}' cannot", "leave out min_keep");
        Refuse(cutting.Batches is < 1 or > MostBatches, subject, $"{name} looks at {cutting.Batches} batches", $"give 1 to {MostBatches}");
    }

    private static void CheckDuring(string subject, TicketExperiment experiment)
    {
        var (name, cutting) = (experiment.Name, experiment.Cutting);
        var criterion = AfterTraining(subject, experiment);
        CheckUnrewound(subject, experiment);
        Refuse(criterion.Score is null, subject, $"{name} cuts by '{criterion.Id}', which judges each layer as a whole and has no count", "choose another criterion");
        Refuse(
            experiment.Branches.Any(b => b.Id == TicketBranch.DataOrder), subject,
            $"{name} compares orders of images, and weights that go during training are others then", $"leave out the branch {TicketBranch.DataOrder}");
        foreach (var fault in cutting.Pattern is not null ? [] : cutting.Pace.Faults(experiment.Training.Iterations))
        {
            throw new PrunusInputException($"{subject}, {name}", "pace: " + fault, "change 'pace' of 'cut'");
        }
    }

    private static void CheckScores(string subject, TicketExperiment experiment)
    {
        var (name, cutting) = (experiment.Name, experiment.Cutting);
        CheckUnrewound(subject, experiment);
        Refuse(cutting.Options.MinimumKeep > 0, subject, $"{name} keeps a minimum of each layer, which learned masks cannot", "leave out min_keep");
        Refuse(cutting.Levels[^1] > 100, subject, $"{name} has level {cutting.Levels[^1]}, and levels are percentages of weights used here", "list levels from 1 to 100");
    }

    // What masks cover of a decoder has one rate: matrices of its blocks alone.
    private static void CheckRates(string subject, TicketExperiment experiment)
    {
        var (name, cutting) = (experiment.Name, experiment.Cutting);
        Named($"{subject}, {name}", cutting.Options.Validate);
        if (!experiment.FindsOwn || cutting.At == TicketMoment.Scores || cutting.Levels[^1] == 0)
        {
            return;
        }

        var cuts = StudyDecoder.Is(experiment.Net) ? cutting.Options.Rates.Linear > 0 : VisionTicketNet.TensorsOf(VisionNets.Named(experiment.Net)).Any(t => cutting.Options.Rates.Of(t) > 0 && !(cutting.Options.Scope == MaskScope.GlobalHidden && t.IsOutput));
        Refuse(!cuts, subject, $"{name} cuts no weight: the share of every layer that it has is 0", "give 'linear' and 'convolution' of 'cut' shares above 0, or list level 0 alone");
    }

    // Of later rounds the weights before the cut had been trained under masks.
    private static void CheckFrozen(string subject, TicketExperiment experiment)
    {
        if (experiment is not { FindsOwn: true, Cutting: { At: TicketMoment.End, Once: true } } && experiment.Branches.FirstOrDefault(b => TicketBranch.Freezes(b.Id)) is { } branch)
        {
            throw new PrunusInputException(
                subject, $"{experiment.Name} has the branch {branch.Id}, which looks at the dense net's trained weights, and its masks are not cut from them at once", "write 'once: true' in a 'cut' of its own, or leave out that branch");
        }
    }

    private static void CheckPattern(string subject, TicketExperiment experiment)
    {
        var (name, cutting) = (experiment.Name, experiment.Cutting);
        Refuse(cutting.At is not (TicketMoment.End or TicketMoment.Training) || !cutting.Once, subject, $"{name} cuts to a pattern, which is done once after training, or during it", "write 'at: end' or 'at: training', and leave out 'once'");
        Refuse(!(cutting.Decay >= 0 && double.IsFinite(cutting.Decay)), subject, FormattableString.Invariant($"{name} draws weights to 0 by {cutting.Decay}"), "give 'decay' a number from 0");
        Refuse(cutting.Levels[^1] > 1, subject, $"{name} cuts to a pattern at level {cutting.Levels[^1]}", "list levels 0 and 1: it is one cut");
        Refuse(cutting.Options.MinimumKeep > 0, subject, $"{name} keeps a minimum of each layer, which a pattern cannot", "leave out min_keep");
    }

    private static MaskCriterion AfterTraining(string subject, TicketExperiment experiment)
    {
        var criterion = Named($"{subject}, {experiment.Name}", () => MaskCriteria.Named(experiment.Cutting.Criterion));
        Refuse(
            criterion.Needs.HasFlag(CriterionNeeds.Gradient), subject, $"{experiment.Name} cuts by '{criterion.Id}', which looks at gradients before training",
            "add 'at: initialisation', or use a criterion that looks at weights, such as large-final");
        return criterion;
    }

    private static void CheckUnrewound(string subject, TicketExperiment experiment) => Refuse(
        experiment.Rewinding != new TicketRewinding(0, RewindKind.Weights), subject,
        $"{experiment.Name} rewinds, and its masks are found {(experiment.Cutting.At == TicketMoment.Initialisation ? "before" : "during")} training", "leave out 'rewind', or 'at' of 'cut'");

    /// <summary>Runs a check whose errors are to name something else.</summary>
    public static void Named(string subject, Action check) => Named(subject, () =>
    {
        check();
        return 0;
    });

    /// <summary>Runs a reader whose errors are to name something else.</summary>
    public static T Named<T>(string subject, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (PrunusInputException e)
        {
            throw new PrunusInputException(subject, $"{e.Subject}: {e.Problem}", e.Remedy, e);
        }
    }

    /// <summary>Throws where something is at fault.</summary>
    /// <exception cref="PrunusInputException">It is.</exception>
    public static void Refuse(bool fault, string subject, string problem, string remedy)
    {
        if (fault)
        {
            throw new PrunusInputException(subject, problem, remedy);
        }
    }
}
