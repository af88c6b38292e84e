using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Training;

namespace Prunus.Lottery.Experiments;

/// <summary>One ticket search, or one use of another's tickets: everything that decides its numbers but the seed.</summary>
/// <param name="Name">Unique in its study.</param>
/// <param name="Net">A net of <see cref="Vision.VisionNets"/>, or a <see cref="StudyDecoder"/>.</param>
/// <param name="Data">A set of <see cref="Datasets.Images.ImageSets"/>, or two texts as <c>TRAIN/HELDOUT</c>.</param>
/// <param name="Initialisation">A law of <see cref="Vision.VisionInitialisations"/>, or one of <see cref="DecoderTicketArchitecture"/>.</param>
/// <param name="Training">How every level is trained.</param>
/// <param name="Cutting">How masks come from trained weights.</param>
/// <param name="Rewinding">What survivors start the next level from.</param>
/// <param name="TicketsOf">Another experiment whose masks and starting values are trained at each level; null to find own ones.</param>
/// <param name="Branches">Controls beside the ticket.</param>
public sealed record TicketExperiment(
    string Name, string Net, string Data, string Initialisation, TicketTraining Training, TicketCutting Cutting, TicketRewinding Rewinding, string? TicketsOf, IReadOnlyList<TicketBranch> Branches)
{
    /// <summary>The branch that every level has.</summary>
    public const string Ticket = "ticket";

    /// <summary>A ticket file that every seed trains as level 1: its masks and starting values, the seed's order of examples; null to find own ones.</summary>
    public string? GivenTicket { get; init; }

    /// <summary>Levels above 0 at which the ticket itself is trained; null for all. Branches run at their own levels whether it is or not.</summary>
    public IReadOnlyList<int>? TicketLevels { get; init; }

    /// <summary>Whether it finds its tickets itself.</summary>
    public bool FindsOwn => TicketsOf is null && GivenTicket is null;

    /// <summary>Whether a training finds its own level's masks while it goes on.</summary>
    public bool Finds(TicketJob job) => job is { Branch: Ticket, Level: > 0 } && FindsOwn && Cutting.At is TicketMoment.Training or TicketMoment.Scores;

    /// <summary>Whether the dense net is trained: to be cut, to teach, or to be looked at. Masks that are found before or during training can do without it.</summary>
    public bool TrainsDense => GivenTicket is null && (Cutting.At == TicketMoment.End || Cutting.Levels[0] == 0 || Training.Distil is not null);

    /// <summary>Cells: <c>name/branch level</c>, for every branch and each of its levels; the ticket first.</summary>
    public IEnumerable<(string Cell, string Branch, int Replicates, int Level)> Cells() =>
        from branch in (TicketBranch[])[new(Ticket, 1, TicketLevels is null ? null : [0, .. TicketLevels]), .. Branches]
        from level in Cutting.Levels
        where branch.RunsAt(level)
        select ($"{Name}/{branch.Id} {level}", branch.Id, branch.Replicates, level);

    /// <summary>Refuses <see cref="TicketLevels"/> where every ticket has to be trained: to find the next one's mask, or its own, or to be compared with another order of examples.</summary>
    /// <exception cref="PrunusInputException">It does.</exception>
    internal void CheckTicketLevels(string subject)
    {
        if (TicketLevels is not { } trained)
        {
            return;
        }

        var problem = !Cutting.Once || Cutting.At is TicketMoment.Training or TicketMoment.Scores ? $"{Name} leaves out trainings that find masks"
            : trained.FirstOrDefault(l => l == 0 || !Cutting.Levels.Contains(l), -1) is >= 0 and var stray ? $"{Name} trains tickets of level {stray}, which is none of its cuts"
            : Branches.Any(b => b.Id == TicketBranch.DataOrder && Cutting.Levels.Any(l => l > 0 && b.RunsAt(l) && !trained.Contains(l))) ? $"{Name} compares data orders of tickets that are not trained"
            : null;
        if (problem is not null)
        {
            throw new PrunusInputException(subject, problem, "correct 'ticket_levels', or leave it out");
        }
    }
}

/// <summary>A control off the ticket.</summary>
/// <param name="Id">An id of <see cref="Lottery.Branches.BranchTransforms"/>.</param>
/// <param name="Replicates">Trainings of it beside each ticket; their numbers are averaged.</param>
/// <param name="Levels">Levels that it runs at; null for all but the dense net's.</param>
public sealed record TicketBranch(string Id, int Replicates, IReadOnlyList<int>? Levels)
{
    /// <summary>The ticket again with batches in another order: what it ends with is compared with the ticket's end.</summary>
    public const string DataOrder = "data-order";

    /// <summary>Whether a branch holds pruned weights at other values than 0, by the weights that its masks were cut from.</summary>
    public static bool Freezes(string branch) => branch != TicketExperiment.Ticket && Lottery.Branches.BranchTransforms.Named(branch).FreezesPruned;

    /// <summary>Whether it runs at a level.</summary>
    public bool RunsAt(int level) => Levels?.Contains(level) ?? (Id == TicketExperiment.Ticket || level > 0);
}

/// <summary>What survivors of a cut start from.</summary>
/// <param name="Step">k: steps of training before the values that are kept.</param>
/// <param name="Kind">What is taken back.</param>
public sealed record TicketRewinding(int Step, RewindKind Kind)
{
    /// <summary>Whether survivors start from values of step k, not from trained ones.</summary>
    public bool OfWeights => Kind is RewindKind.Weights or RewindKind.WeightsAndState;

    /// <summary>Whether the optimiser starts from its state of step k. At step 0 there is none.</summary>
    public bool OfState => Kind == RewindKind.WeightsAndState && Step > 0;
}
