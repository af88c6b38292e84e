using Prunus.Lottery.Experiments.Measures;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Tickets;
using Prunus.Lottery.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Experiments;

/// <summary>What a training leaves for later ones: the next level's ticket and, where someone will ask for them, its weights of step k and its last ones.</summary>
/// <param name="store">Where it is left.</param>
/// <param name="device">Where tensors live.</param>
internal sealed class TicketAftermath(TicketStore store, Device device)
{
    /// <summary>Leaves it, each file whole or not at all.</summary>
    public void Leave(TicketJob job, TicketExperiment experiment, TicketBeginning start, MaskedTrainingResult result)
    {
        if (job.Branch != TicketExperiment.Ticket)
        {
            return;
        }

        if (experiment is { FindsOwn: true, Cutting.At: TicketMoment.End })
        {
            Cut(job, experiment, start, result);
        }
        else if (experiment.Finds(job))
        {
            Write(job, experiment, start, result, job.Level, new(start.Masks, [], 0));
        }

        if (job.Level == 0 && experiment.Rewinding.OfWeights && result.Snapshots.TryGetValue(experiment.Rewinding.Step, out var early))
        {
            // Tickets hold what their masks keep; branches with other masks need the rest.
            TicketStore.Write(store.Early(experiment.Name, job.Seed), experiment.Rewinding.OfState ? early : early with { Optimiser = null });
        }

        if (start.Trains && NeedsTrained(experiment, job.Level))
        {
            using var trained = TicketSnapshot.Of(start.Net, start.LastStep);
            TicketStore.Write(store.Trained(experiment.Name, job.Seed, job.Level), trained);
        }
    }

    // The dense net's end is what distances are measured from; the others are started from or compared with.
    private static bool NeedsTrained(TicketExperiment experiment, int level) =>
        level == 0 || !experiment.Rewinding.OfWeights || experiment.Branches.Any(b => b.Id == TicketBranch.DataOrder && b.RunsAt(level));

    private void Cut(TicketJob job, TicketExperiment experiment, TicketBeginning start, MaskedTrainingResult result)
    {
        var last = experiment.Cutting.Levels[^1];
        if (job.Level >= last || (experiment.Cutting.Once && job.Level > 0))
        {
            return;
        }

        if (result.Members[0].DivergedAt is not null)
        {
            store.End(experiment.Name, job.Seed, job.Level);
            return;
        }

        if (!experiment.Cutting.Once)
        {
            Write(job, experiment, start, result, job.Level + 1, experiment.Cutting.Round(start.Net.Tensors, start.Masks, Values));
            return;
        }

        foreach (var level in experiment.Cutting.Levels.Where(l => l > 0))
        {
            Write(job, experiment, start, result, level, experiment.Cutting.AtOnce(start.Net.Tensors, start.Masks, Values, level));
        }

        CriterionValues Values(string name) => TicketValuesOf.Criterion(experiment, start, job, name);
    }

    private void Write(TicketJob job, TicketExperiment experiment, TicketBeginning start, MaskedTrainingResult result, int level, MaskCutResult cut)
    {
        var k = experiment.Rewinding is { OfWeights: true } rewinding ? rewinding.Step : 0;
        var ticket = k == 0 ? new Ticket(start.Net.Architecture, experiment.Initialisation, job.Seed, cut.Masks, metadata: start.Architecture.Notes) : Captured(job, experiment, start, result, cut.Masks, k);
        if (cut.HeldBack > 0)
        {
            ticket.Metadata[TicketMetrics.HeldBack] = cut.HeldBack;
        }

        store.Write(experiment.Name, job.Seed, level, ticket);
    }

    // Weights of step k are copied when the dense net is trained; each level keeps fewer of them.
    private Ticket Captured(TicketJob job, TicketExperiment experiment, TicketBeginning start, MaskedTrainingResult result, MaskSet masks, int k)
    {
        using var net = job.Level == 0
            ? start.Architecture.Initialise(experiment.Initialisation, job.Seed, device)
            : TicketNets.Rebuild(TicketFile.Read(store.Ticket(experiment.Name, job.Seed, job.Level)), start.Architecture, device);
        if (job.Level == 0)
        {
            result.Snapshots[k].CopyTo(net);
        }

        return TicketNets.Capture(net, experiment.Initialisation, job.Seed, masks, k, start.Architecture.Notes);
    }
}
