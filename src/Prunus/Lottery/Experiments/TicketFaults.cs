using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;
using Prunus.Vision;

namespace Prunus.Lottery.Experiments;

/// <summary>What of an experiment cannot be run, found before anything is trained.</summary>
internal static class TicketFaults
{
    /// <summary>Checks an experiment by itself.</summary>
    /// <exception cref="PrunusInputException">It cannot be run.</exception>
    public static void Check(string subject, TicketExperiment experiment)
    {
        if (experiment.Cutting.Pattern is not null)
        {
            CheckPattern(subject, experiment);
        }

        switch (experiment.Cutting.At)
        {
            case TicketMoment.Initialisation:
                CheckBefore(subject, experiment);
                break;
            case TicketMoment.Training:
                CheckDuring(subject, experiment);
                break;
            default:
                CheckAfter(subject, experiment);
                break;
        }
    }

    /// <summary>Checks an experiment that trains another's tickets.</summary>
    /// <param name="subject">What errors name.</param>
    /// <param name="experiment">Trains them.</param>
    /// <param name="source">Found them.</param>
    /// <exception cref="PrunusInputException">It cannot train them.</exception>
    public static void CheckSource(string subject, TicketExperiment experiment, TicketExperiment source)
    {
        var both = $"{experiment.Name} takes the tickets of {source.Name}";
        Refuse(experiment.Cutting.At != TicketMoment.End, subject, $"{both} and finds own ones", "leave out 'at' of 'cut'");
        Refuse(experiment.Net != source.Net, subject, $"{both}, which are of {source.Net}, not of {experiment.Net}", "use one net for both");
        Refuse(
            experiment.Rewinding != source.Rewinding, subject,
            $"{both}, which start as 'rewind: {Written(source.Rewinding)}' says, with 'rewind: {Written(experiment.Rewinding)}'", "give both the same");
        Refuse(
            experiment.Cutting.Levels[^1] > source.Cutting.Levels[^1], subject,
            $"{both} to level {experiment.Cutting.Levels[^1]}, and that one ends at {source.Cutting.Levels[^1]}", "list fewer levels, or more there");
    }

    private static void CheckAfter(string subject, TicketExperiment experiment)
    {
        var (name, cutting) = (experiment.Name, experiment.Cutting);
        var criterion = AfterTraining(subject, experiment);
        Refuse(
            criterion.Score is null && (cutting.Once || cutting.Options is not { Scope: MaskScope.Layerwise, MinimumKeep: 0 }), subject,
            $"{name} cuts by '{criterion.Id}', which judges each layer as a whole and has no count", "cut round by round and layer by layer without min_keep, or choose another criterion");

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
        Refuse(cutting.Batches < 1, subject, $"{name} looks at {cutting.Batches} batches", "give 1 or more");
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
        foreach (var fault in cutting.Pace.Faults(experiment.Training.Iterations))
        {
            throw new PrunusInputException($"{subject}, {name}", "pace: " + fault, "change 'pace' of 'cut'");
        }
    }

    private static void CheckPattern(string subject, TicketExperiment experiment)
    {
        var (name, cutting) = (experiment.Name, experiment.Cutting);
        Refuse(cutting.At != TicketMoment.End || !cutting.Once, subject, $"{name} cuts to a pattern, which is done once after training", "leave out 'at' and 'once'");
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
        $"{experiment.Name} rewinds, and its masks are found {(experiment.Cutting.At == TicketMoment.Training ? "during" : "before")} training", "leave out 'rewind', or 'at' of 'cut'");

    private static T Named<T>(string subject, Func<T> read)
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

    private static void Refuse(bool fault, string subject, string problem, string remedy)
    {
        if (fault)
        {
            throw new PrunusInputException(subject, problem, remedy);
        }
    }

    private static string Written(TicketRewinding rewinding) => $"{{to: {rewinding.Step}, kind: {rewinding.Kind switch
    {
        RewindKind.LearningRate => "rate",
        RewindKind.FineTune => "finetune",
        _ => "weights",
    }}}}";
}
