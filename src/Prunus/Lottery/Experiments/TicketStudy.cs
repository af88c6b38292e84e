using Prunus.Lottery.Experiments.Materials;
using Prunus.Runs;

namespace Prunus.Lottery.Experiments;

/// <summary>Experiments that are run with the same seeds and compared.</summary>
/// <param name="Experiments">In the order they are listed in; an experiment that uses another's tickets comes behind it.</param>
public sealed record TicketStudy(IReadOnlyList<TicketExperiment> Experiments)
{
    /// <summary>Names of all cells.</summary>
    public IReadOnlyList<string> Cells { get; } = [.. Experiments.SelectMany(e => e.Cells()).Select(c => c.Cell)];

    /// <summary>The experiment whose tickets another trains; itself when it finds its own.</summary>
    public TicketExperiment SourceOf(TicketExperiment experiment) =>
        experiment.TicketsOf is { } source ? Experiments.First(e => e.Name == source) : experiment;

    /// <summary>Hashes of the ticket files that experiments train, for the identity of a run.</summary>
    /// <param name="sources">Where images, texts and models lie.</param>
    /// <exception cref="PrunusInputException">One is no ticket, or not one for its experiment.</exception>
    public IReadOnlyList<string> GivenTickets(StudySources sources) => [.. Experiments.Where(e => e.GivenTicket is not null).Select(e =>
    {
        TicketSourceFaults.CheckFile(e, sources);
        return ContentHash.OfFile(e.GivenTicket!);
    })];

    /// <summary>Checks every experiment, and that tickets come from an earlier one that finds its own: of the same net and step, at levels that it has.</summary>
    /// <exception cref="PrunusInputException">One cannot be run.</exception>
    public void Validate(string subject)
    {
        foreach (var (experiment, i) in Experiments.Select((e, i) => (e, i)))
        {
            experiment.Training.Validate($"{subject}, {experiment.Name}");
            if (experiment.Rewinding.Step < 0 || experiment.Rewinding.Step >= experiment.Training.Iterations)
            {
                throw new PrunusInputException(subject, $"{experiment.Name} rewinds to step {experiment.Rewinding.Step} of {experiment.Training.Iterations}", "rewind to a step inside the training");
            }

            experiment.CheckTicketLevels(subject);
            TicketFaults.Check(subject, experiment);
            if (experiment.GivenTicket is not null)
            {
                TicketSourceFaults.CheckGiven(subject, experiment);
            }

            if (experiment.TicketsOf is { } name)
            {
                TicketSourceFaults.CheckSource(subject, experiment, Experiments.Take(i).FirstOrDefault(e => e is { FindsOwn: true, Cutting.At: TicketMoment.End or TicketMoment.Initialisation } && e.Name == name)
                    ?? throw new PrunusInputException(subject, $"{experiment.Name} takes the tickets of '{name}', which is no earlier experiment with own ones, found before or after training", "list that one first"));
            }

            if (!StudyDecoder.Is(experiment.Net))
            {
                TicketFaults.Named($"{subject}, {experiment.Name}", () => StudyData.Check(experiment.Data, experiment.Training));
            }
        }
    }
}
