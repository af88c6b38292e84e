using Prunus.Datasets.Images;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Tickets;
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

        CheckFrozen(subject, experiment);
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
        int[] missing = [.. experiment.Cutting.Levels.Where(l => l > 0 && source.Cutting.Once && !source.Cutting.Levels.Contains(l))];
        Refuse(missing.Length > 0, subject, $"{both} at level {missing.FirstOrDefault()}, and that one is cut at {string.Join(", ", source.Cutting.Levels.Where(l => l > 0))} at once", "list levels that are cut there");
    }

    /// <summary>Checks an experiment that trains the ticket of a file.</summary>
    /// <exception cref="PrunusInputException">It cannot.</exception>
    public static void CheckGiven(string subject, TicketExperiment experiment)
    {
        var given = $"{experiment.Name} trains the ticket of a file";
        Refuse(experiment.TicketsOf is not null || experiment.Cutting is not { At: TicketMoment.End, Pattern: null }, subject, $"{given} and finds others", "leave out 'tickets_of', and 'at' and 'pattern' of 'cut'");
        Refuse(experiment.Cutting.Levels is not [1], subject, $"{given} at levels {string.Join(", ", experiment.Cutting.Levels)}", "write 'levels: [1]': it is level 1");
        Refuse(experiment.Rewinding.Kind != RewindKind.Weights, subject, $"{given} with 'rewind: {Written(experiment.Rewinding)}', and has no trained weights", "leave out 'kind'");
        Refuse(experiment.Training.Distil is not null, subject, $"{given}, and there is no dense net to teach it", "leave out 'distil'");
    }

    /// <summary>Checks the file.</summary>
    /// <exception cref="PrunusInputException">It is no ticket, or not one for this experiment.</exception>
    public static void CheckFile(TicketExperiment experiment)
    {
        var path = experiment.GivenTicket!;
        var ticket = TicketFile.Read(path);
        Refuse(
            !StudyDecoder.Is(experiment.Net) && !ticket.Architecture.StartsWith(experiment.Net + ":", StringComparison.Ordinal), path,
            $"is a ticket of {ticket.Architecture}, and {experiment.Name} trains {experiment.Net}", "use that net");
        Refuse(
            ticket.RewindStep != experiment.Rewinding.Step, path, $"holds weights of step {ticket.RewindStep}, and {experiment.Name} trains from step {experiment.Rewinding.Step}",
            $"write 'rewind: {{to: {ticket.RewindStep}}}'");
        Refuse(
            ticket.Values is not null && experiment.Branches.FirstOrDefault(b => b.Id.StartsWith("shuffle", StringComparison.Ordinal)) is not null, path,
            "holds no more weights than its masks keep, and shuffled masks need others", "leave out the branches shuffle-layerwise and shuffle-global");
    }

    /// <summary>Checks the file against the images it is to be trained on, or the model.</summary>
    /// <exception cref="PrunusInputException">Its net is for images of another size or number of classes, or another decoder.</exception>
    public static void CheckFile(TicketExperiment experiment, StudySources sources)
    {
        if (StudyDecoder.Is(experiment.Net))
        {
            var (decoder, architecture) = (StudyDecoder.Parse(experiment.Net), TicketFile.Read(experiment.GivenTicket!).Architecture);
            var known = decoder.Architecture(sources.ModelPath(decoder.Model)).Name;
            Refuse(architecture != known, experiment.GivenTicket!, $"is a ticket of {architecture}, and {experiment.Net} is {known}", "use that net");
            return;
        }

        var set = StudySet.Parse(experiment.Data);
        var images = set.Fitted(set.Source.Load(ImageSplit.Test, sources.Images));
        var wanted = VisionNets.Named(experiment.Net, new(images.Shape.Channels, images.Shape.Height, images.Shape.Width), images.ClassNames.Count);
        var ticket = TicketFile.Read(experiment.GivenTicket!);
        Refuse(
            ticket.Architecture != new VisionTicketArchitecture(wanted).Name, experiment.GivenTicket!,
            $"is a ticket of {ticket.Architecture}, and {experiment.Data} has {wanted.Classes} classes of {wanted.Input}", "use a set of the ticket's sizes");
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

    private static void CheckScores(string subject, TicketExperiment experiment)
    {
        var (name, cutting) = (experiment.Name, experiment.Cutting);
        CheckUnrewound(subject, experiment);
        Refuse(cutting.Levels[^1] > 100, subject, $"{name} has level {cutting.Levels[^1]}, and levels are percentages of weights used here", "list levels from 1 to 100");
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
        RewindKind.WeightsAndState => "weights-and-state",
        RewindKind.LearningRate => "rate",
        RewindKind.FineTune => "finetune",
        _ => "weights",
    }}}}";
}
