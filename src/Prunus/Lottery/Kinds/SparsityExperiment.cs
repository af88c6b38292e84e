using Prunus.Lottery.Experiments;
using Prunus.Lottery.Experiments.Materials;

namespace Prunus.Lottery.Kinds;

/// <summary>A net that is trained dense, pruned in several kinds, and each trained a while longer.</summary>
/// <param name="Name">Unique in its study.</param>
/// <param name="Net">As <see cref="TicketExperiment.Net"/>.</param>
/// <param name="Data">As <see cref="TicketExperiment.Data"/>.</param>
/// <param name="Initialisation">As <see cref="TicketExperiment.Initialisation"/>.</param>
/// <param name="Training">Of the dense net.</param>
/// <param name="Retraining">Of each kind from the dense net's last weights, with a fresh optimiser; on the same data.</param>
/// <param name="Kinds">What is compared.</param>
public sealed record SparsityExperiment(
    string Name, string Net, string Data, string Initialisation, TicketTraining Training, TicketTraining Retraining, IReadOnlyList<SparsityKind> Kinds)
{
    /// <summary>Name of a kind's cell.</summary>
    public string Cell(SparsityKind kind) => $"{Name}/{kind.Name}";
}

/// <summary>Experiments that are run with the same seeds.</summary>
/// <param name="Experiments">In order.</param>
/// <param name="Timing">How passes are timed.</param>
public sealed record SparsityStudy(IReadOnlyList<SparsityExperiment> Experiments, SparsityTiming Timing)
{
    /// <summary>Names of all cells.</summary>
    public IReadOnlyList<string> Cells { get; } = [.. Experiments.SelectMany(e => e.Kinds.Select(e.Cell))];

    /// <summary>Checks the trainings, and that there is a dense net to compare with.</summary>
    /// <exception cref="PrunusInputException">Something is wrong.</exception>
    public void Validate(string subject)
    {
        foreach (var experiment in Experiments)
        {
            experiment.Training.Validate($"{subject}, {experiment.Name}");
            experiment.Retraining.Validate($"{subject}, {experiment.Name}, retrain");
            CheckData(subject, experiment);
            if (experiment.Kinds.Count(k => k is SparsityKind.Dense) != 1)
            {
                throw new PrunusInputException(subject, $"{experiment.Name} does not have one dense kind", "add '- {name: dense}' to its kinds");
            }
        }

        if (Timing.Rounds < 1 || !(Timing.Milliseconds > 0))
        {
            throw new PrunusInputException(subject, FormattableString.Invariant($"timing has {Timing.Rounds} rounds of {Timing.Milliseconds} ms"), "give numbers above 0");
        }
    }

    // Both trainings have the images of the first.
    private static void CheckData(string subject, SparsityExperiment experiment)
    {
        var (first, again) = (experiment.Training, experiment.Retraining);
        if ((first.Images, first.TestImages, first.Validation, first.SplitSeed, first.Pixels, first.Block) != (again.Images, again.TestImages, again.Validation, again.SplitSeed, again.Pixels, again.Block))
        {
            throw new PrunusInputException(subject, $"{experiment.Name} retrains on other data than it trains on", "give images, test_images, validation, split_seed, pixels and block in 'train' alone");
        }

        if (!StudyDecoder.Is(experiment.Net))
        {
            TicketFaults.Named($"{subject}, {experiment.Name}", () => StudyData.Check(experiment.Data, first));
            TicketFaults.Named($"{subject}, {experiment.Name}, retrain", () => StudyData.Check(experiment.Data, again));
        }
    }
}

/// <summary>How passes are timed.</summary>
/// <param name="Rounds">Turns that each net gets.</param>
/// <param name="Milliseconds">Least length of a turn of the dense net; all others make as many passes in theirs.</param>
public sealed record SparsityTiming(int Rounds = 15, double Milliseconds = 4);
