using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Tickets;
using Prunus.Lottery.Training;
using Prunus.Vision;

namespace Prunus.Lottery.Experiments;

/// <summary>What of an experiment that trains tickets found elsewhere cannot be run, found before anything is trained.</summary>
internal static class TicketSourceFaults
{
    /// <summary>Checks an experiment that trains another's tickets.</summary>
    /// <param name="subject">What errors name.</param>
    /// <param name="experiment">Trains them.</param>
    /// <param name="source">Found them.</param>
    /// <exception cref="PrunusInputException">It cannot train them.</exception>
    public static void CheckSource(string subject, TicketExperiment experiment, TicketExperiment source)
    {
        var both = $"{experiment.Name} takes the tickets of {source.Name}";
        TicketFaults.Refuse(experiment.Cutting.At != TicketMoment.End, subject, $"{both} and finds own ones", "leave out 'at' of 'cut'");
        TicketFaults.Refuse(experiment.Net != source.Net, subject, $"{both}, which are of {source.Net}, not of {experiment.Net}", "use one net for both");
        TicketFaults.Refuse(
            experiment.Rewinding != source.Rewinding, subject,
            $"{both}, which start as 'rewind: {Written(source.Rewinding)}' says, with 'rewind: {Written(experiment.Rewinding)}'", "give both the same");
        TicketFaults.Refuse(
            experiment.Cutting.Levels[^1] > source.Cutting.Levels[^1], subject,
            $"{both} to level {experiment.Cutting.Levels[^1]}, and that one ends at {source.Cutting.Levels[^1]}", "list fewer levels, or more there");
        int[] missing = [.. experiment.Cutting.Levels.Where(l => l > 0 && source.Cutting.Once && !source.Cutting.Levels.Contains(l))];
        CheckImages(subject, both, experiment, source);
        TicketFaults.Refuse(missing.Length > 0, subject, $"{both} at level {missing.FirstOrDefault()}, and that one is cut at {string.Join(", ", source.Cutting.Levels.Where(l => l > 0))} at once", "list levels that are cut there");
    }

    /// <summary>Checks an experiment that trains the ticket of a file.</summary>
    /// <exception cref="PrunusInputException">It cannot.</exception>
    public static void CheckGiven(string subject, TicketExperiment experiment)
    {
        var given = $"{experiment.Name} trains the ticket of a file";
        TicketFaults.Refuse(experiment.TicketsOf is not null || experiment.Cutting is not { At: TicketMoment.End, Pattern: null }, subject, $"{given} and finds others", "leave out 'tickets_of', and 'at' and 'pattern' of 'cut'");
        TicketFaults.Refuse(experiment.Cutting.Levels is not [1], subject, $"{given} at levels {string.Join(", ", experiment.Cutting.Levels)}", "write 'levels: [1]': it is level 1");
        TicketFaults.Refuse(experiment.Rewinding.Kind != RewindKind.Weights, subject, $"{given} with 'rewind: {Written(experiment.Rewinding)}', and has no trained weights", "leave out 'kind'");
        TicketFaults.Refuse(experiment.Training.Distil is not null, subject, $"{given}, and there is no dense net to teach it", "leave out 'distil'");
    }

    /// <summary>Checks the file.</summary>
    /// <param name="experiment">Trains it.</param>
    /// <param name="sources">Where a decoder's model lies.</param>
    /// <exception cref="PrunusInputException">It is no ticket, or not one for this experiment.</exception>
    public static void CheckFile(TicketExperiment experiment, StudySources sources)
    {
        var path = experiment.GivenTicket!;
        var ticket = TicketFile.Read(path);
        TicketFaults.Refuse(
            !StudyDecoder.Is(experiment.Net) && !ticket.Architecture.StartsWith(experiment.Net + ":", StringComparison.Ordinal), path,
            $"is a ticket of {ticket.Architecture}, and {experiment.Name} trains {experiment.Net}", "use that net");
        TicketFaults.Refuse(
            ticket.RewindStep != experiment.Rewinding.Step, path, $"holds weights of step {ticket.RewindStep}, and {experiment.Name} trains from step {experiment.Rewinding.Step}",
            $"write 'rewind: {{to: {ticket.RewindStep}}}'");
        TicketFaults.Refuse(
            ticket.Values is not null && experiment.Branches.FirstOrDefault(b => b.Id.StartsWith("shuffle", StringComparison.Ordinal)) is not null, path,
            "holds no more weights than its masks keep, and shuffled masks need others", "leave out the branches shuffle-layerwise and shuffle-global");
        if (StudyDecoder.Is(experiment.Net))
        {
            var decoder = StudyDecoder.Parse(experiment.Net);
            var known = decoder.Architecture(sources.ModelPath(decoder.Model)).Name;
            TicketFaults.Refuse(ticket.Architecture != known, path, $"is a ticket of {ticket.Architecture}, and {experiment.Net} is {known}", "use that net");
        }
        else
        {
            var wanted = StudySet.Parse(experiment.Data).Config(experiment.Net);
            TicketFaults.Refuse(
                ticket.Architecture != VisionTicketNet.NameOf(wanted), path,
                $"is a ticket of {ticket.Architecture}, and {experiment.Data} has {wanted.Classes} classes of {wanted.Input}", "use a set of the ticket's sizes");
        }
    }

    // Another number of classes has a layer of the logits of its own (MovedTicket).
    private static void CheckImages(string subject, string both, TicketExperiment experiment, TicketExperiment source)
    {
        if (!StudyDecoder.Is(experiment.Net))
        {
            var (own, found) = (Config(experiment), Config(source));
            TicketFaults.Refuse(own.Input != found.Input, subject, $"{both}, found on images of {found.Input}, and {experiment.Data} has {own.Input}", $"write 'data: \"{experiment.Data.Split('@')[0]}@{found.Input}\"'");
            TicketFaults.Refuse(own.Classes != found.Classes && source.Rewinding.OfState, subject, $"{both}, whose optimiser's state is of {found.Classes} classes, and {experiment.Data} has {own.Classes}", "write 'kind: weights'");
        }

        VisionConfig Config(TicketExperiment of) => TicketFaults.Named($"{subject}, {of.Name}", () => StudySet.Parse(of.Data).Config(of.Net));
    }

    private static string Written(TicketRewinding rewinding) => $"{{to: {rewinding.Step}, kind: {rewinding.Kind switch
    {
        RewindKind.WeightsAndState => "weights-and-state",
        RewindKind.LearningRate => "rate",
        RewindKind.FineTune => "finetune",
        _ => "weights",
    }}}}";
}
