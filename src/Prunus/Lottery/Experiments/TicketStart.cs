using Prunus.Lottery.Branches;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Tickets;
using Prunus.Lottery.Training;
using Prunus.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Experiments;

/// <summary>What a training begins with: the dense net's first values, a ticket, or what a branch makes of it.</summary>
/// <param name="store">Where earlier trainings left tickets and weights.</param>
/// <param name="study">The experiments.</param>
/// <param name="architecture">The net's.</param>
/// <param name="device">Where tensors shall live.</param>
internal sealed class TicketStart(TicketStore store, TicketStudy study, ITicketArchitecture architecture, Device device)
{
    private const ulong BranchStream = 0x4252_414EUL << 32;

    // Their values are those of step k, so they go on from there; branches with new or first values train the whole schedule.
    private static readonly string[] FromStepK = ["none", "shuffle-layerwise", "shuffle-global", TicketBranch.DataOrder];

    /// <exception cref="PrunusInputException">A ticket is damaged, or of another net.</exception>
    public TicketBeginning Of(TicketExperiment experiment, TicketJob job)
    {
        var (first, last) = Span(experiment, job);
        if (job.Level == 0 || experiment.Finds(job))
        {
            var dense = architecture.Initialise(experiment.Initialisation, job.Seed, device);
            return new TicketBeginning(architecture, dense, MaskSet.Full(dense.Tensors), first, last, job.Level > 0 || experiment.TrainsDense);
        }

        var source = study.SourceOf(experiment);
        var path = experiment.GivenTicket ?? store.Ticket(source.Name, job.Seed, job.Level);
        var ticket = TicketFile.Read(path);
        var begun = new TicketBeginning(architecture, Net(ticket, path, source, job, experiment.Name), ticket.Masks, first, last) { State = source.Rewinding.OfState && first > 0 ? store.Early(source.Name, job.Seed) : null };
        return job.Branch == TicketExperiment.Ticket ? begun : Branched(begun, ticket, source, job);
    }

    /// <summary>Steps of a training that count as done at its start, and those done at its end.</summary>
    public static (int First, int Last) Span(TicketExperiment experiment, TicketJob job)
    {
        var (total, k) = (experiment.Training.Iterations, experiment.Rewinding.Step);
        return job.Level == 0 || experiment.Finds(job) || (job.Branch != TicketExperiment.Ticket && !FromStepK.Contains(job.Branch)) ? (0, total)
            : experiment.Rewinding.Kind == RewindKind.FineTune ? (0, total - k) : (k, total);
    }

    private ITicketNet Net(Ticket ticket, string path, TicketExperiment source, TicketJob job, string name)
    {
        if (ticket.Architecture != architecture.Name)
        {
            throw new PrunusInputException(name, $"trains tickets of {ticket.Architecture} as {architecture.Name}", "use a net and a set of the same sizes");
        }

        var net = TicketNets.Rebuild(ticket, architecture, device, path);
        if (!source.Rewinding.OfWeights)
        {
            using var trained = TicketSnapshot.Read(store.Trained(source.Name, job.Seed, source.Cutting.Once ? 0 : job.Level - 1), net);
            trained.CopyTo(net);
        }

        return net;
    }

    private TicketBeginning Branched(TicketBeginning begun, Ticket ticket, TicketExperiment source, TicketJob job)
    {
        var initial = Draw(ticket.Seed);
        var rewound = Rewound(begun.Net, ticket, initial, source, job);
        var branch = BranchTransforms.Named(job.Branch);
        var trained = branch.FreezesPruned ? Dense(begun.Net, source, job.Seed) : rewound;
        begun.Net.Dispose();
        var made = branch.Apply(new BranchInput(ticket.Masks, initial, rewound, trained, Draw, BranchSeed(job)));
        return begun with { Net = architecture.Create(made.Values, device), Masks = made.Masks, Trains = made.Trains, Frozen = made.Frozen };

        IReadOnlyDictionary<string, float[]> Draw(long seed) => architecture.Draw(ticket.Initialisation, seed);
    }

    // Pruned positions too: masks that are moved keep some of them. The ticket's own net has 0 there.
    private IReadOnlyDictionary<string, float[]> Rewound(ITicketNet net, Ticket ticket, IReadOnlyDictionary<string, float[]> initial, TicketExperiment source, TicketJob job)
    {
        if (source.Rewinding.OfWeights && ticket.Values is null)
        {
            return initial;
        }

        if (source is { Rewinding: { OfWeights: true, Step: > 0 }, GivenTicket: null })
        {
            using var early = TicketSnapshot.Read(store.Early(source.Name, job.Seed), net);
            return early.Parameters.Concat(early.Buffers).ToDictionary(t => t.Key, t => MaskTensors.Floats(t.Value));
        }

        return All(net).ToDictionary(t => t.Key, t => MaskTensors.Floats(t.Value));
    }

    // What the masks were cut from: branches that ask for it are of one-shot cuts (TicketFaults).
    private Dictionary<string, float[]> Dense(ITicketNet net, TicketExperiment source, long seed)
    {
        using var trained = TicketSnapshot.Read(store.Trained(source.Name, seed, 0), net);
        return trained.Parameters.Concat(trained.Buffers).ToDictionary(t => t.Key, t => MaskTensors.Floats(t.Value));
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> All(ITicketNet net) => net.Parameters.Concat(net.Buffers);

    private static long BranchSeed(TicketJob job) => new Philox4x32(unchecked((ulong)job.Seed), BranchStream | (uint)job.Level).Word((ulong)job.Replicate);
}
