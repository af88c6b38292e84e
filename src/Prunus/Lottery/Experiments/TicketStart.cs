using System.Text.Json.Nodes;
using Prunus.Lottery.Branches;
using Prunus.Lottery.Experiments.Measures;
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
        var training = Training(experiment, job);
        var (first, last) = (training.FirstStep, training.LastStep);
        if (job.Level == 0 || experiment.Finds(job))
        {
            var dense = architecture.Initialise(experiment.Initialisation, job.Seed, device);
            return new TicketBeginning(architecture, dense, MaskSet.Full(dense.Tensors), first, last, job.Level > 0 || experiment.TrainsDense);
        }

        var source = study.SourceOf(experiment);
        var path = experiment.GivenTicket ?? store.Ticket(source.Name, job.Seed, job.Level);
        var ticket = TicketFile.Read(path);
        var (origin, moved) = Origin(ticket, experiment);
        var net = Net(ticket, path, origin, source, job);
        var begun = new TicketBeginning(architecture, net, moved?.Masks(ticket.Masks) ?? ticket.Masks, first, last) { HeldBack = HeldBack(ticket), State = source.Rewinding.OfState && first > 0 ? store.Early(source.Name, job.Seed) : null };
        return job.Branch != TicketExperiment.Ticket ? Branched(begun, ticket, origin, moved, source, job)
            : moved is null ? begun : begun with { Net = Created(net, moved.Values(Floats(net), job.Seed)) };
    }

    /// <summary>The training that a net gets: the whole one, or what rewinding leaves of it.</summary>
    public static MaskedTrainingOptions Training(TicketExperiment experiment, TicketJob job)
    {
        var (whole, rewinding) = (experiment.Training.Options(), experiment.Rewinding);
        return job.Level == 0 || experiment.Finds(job) || (job.Branch != TicketExperiment.Ticket && !FromStepK.Contains(job.Branch)) ? whole
            : Rewinding.After(rewinding.Kind, rewinding.Step, whole);
    }

    // The net that a ticket was found in, and how it comes to the one that is trained, where that has other classes.
    private (ITicketArchitecture Origin, MovedTicket? Moved) Origin(Ticket ticket, TicketExperiment experiment) =>
        ticket.Architecture == architecture.Name ? (architecture, null)
        : architecture is VisionTicketArchitecture { Config: var own } && TicketNets.Config(ticket.Architecture) is { } found && (found.Id, found.Input) == (own.Id, own.Input)
            ? (new VisionTicketArchitecture(found), new MovedTicket(architecture, experiment.Initialisation))
        : throw new PrunusInputException(experiment.Name, $"trains tickets of {ticket.Architecture} as {architecture.Name}", "use a net and a set of the same sizes");

    private ITicketNet Net(Ticket ticket, string path, ITicketArchitecture origin, TicketExperiment source, TicketJob job)
    {
        var net = TicketNets.Rebuild(ticket, origin, device, path);
        if (!source.Rewinding.OfWeights)
        {
            using var trained = TicketSnapshot.Read(store.Trained(source.Name, job.Seed, source.Cutting.Once ? 0 : job.Level - 1), net);
            trained.CopyTo(net);
        }

        return net;
    }

    private TicketBeginning Branched(TicketBeginning begun, Ticket ticket, ITicketArchitecture origin, MovedTicket? moved, TicketExperiment source, TicketJob job)
    {
        var initial = Draw(ticket.Seed);
        var rewound = Rewound(begun.Net, ticket, initial, source, job);
        rewound = moved?.Values(rewound, job.Seed) ?? rewound;
        var branch = BranchTransforms.Named(job.Branch);
        var trained = branch.FreezesPruned ? Dense(begun.Net, source, job.Seed) : rewound;
        var made = branch.Apply(new BranchInput(begun.Masks, initial, rewound, trained, Draw, BranchSeed(job)));
        return begun with { Net = Created(begun.Net, made.Values), Masks = made.Masks, Trains = made.Trains, Frozen = made.Frozen };

        IReadOnlyDictionary<string, float[]> Draw(long seed) => origin.Draw(ticket.Initialisation, seed) is var drawn && moved is not null ? moved.Values(drawn, seed) : drawn;
    }

    // A net in the place of another.
    private ITicketNet Created(ITicketNet before, IReadOnlyDictionary<string, float[]> values)
    {
        before.Dispose();
        return architecture.Create(values, device);
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

        return Floats(net);
    }

    // What the masks were cut from: branches that ask for it are of one-shot cuts (TicketFaults).
    private Dictionary<string, float[]> Dense(ITicketNet net, TicketExperiment source, long seed)
    {
        using var trained = TicketSnapshot.Read(store.Trained(source.Name, seed, 0), net);
        return trained.Parameters.Concat(trained.Buffers).ToDictionary(t => t.Key, t => MaskTensors.Floats(t.Value));
    }

    private static Dictionary<string, float[]> Floats(ITicketNet net) => net.Parameters.Concat(net.Buffers).ToDictionary(t => t.Key, t => MaskTensors.Floats(t.Value));

    private static long HeldBack(Ticket ticket) => ticket.Metadata[TicketMetrics.HeldBack] is JsonValue value && value.TryGetValue(out long held) ? held : 0;

    private static long BranchSeed(TicketJob job) => new Philox4x32(unchecked((ulong)job.Seed), BranchStream | (uint)job.Level).Word((ulong)job.Replicate);
}
