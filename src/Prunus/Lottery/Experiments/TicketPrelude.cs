using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Experiments.Measures;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Tickets;
using static TorchSharp.torch;

namespace Prunus.Lottery.Experiments;

/// <summary>Finds masks before training: level 0 leaves the tickets of all others.</summary>
/// <param name="store">Where they are left.</param>
/// <param name="material">What gradients are taken of: the first batches of the seed's training, unvaried.</param>
internal sealed class TicketPrelude(TicketStore store, IStudyMaterial material)
{
    private const int ImagesPerClass = 10;

    /// <summary>Leaves them, where that is how the experiment finds its tickets.</summary>
    /// <exception cref="PrunusInputException">The densities cannot be reached, or scores overflow.</exception>
    public void Leave(TicketJob job, TicketExperiment experiment, TicketBeginning start)
    {
        var (cutting, batch) = (experiment.Cutting, experiment.Training.Batch);
        if (cutting.At != TicketMoment.Initialisation || job is not { Branch: TicketExperiment.Ticket, Level: 0 })
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var order = material.Order(experiment.Training with { Augment = false }, unchecked((ulong)job.Seed));
        var count = cutting.Batches ?? ((ImagesPerClass * (material.Classes ?? 0)) + batch - 1) / batch;
        var taken = Enumerable.Range(0, Math.Max(1, count)).Select(order.Batch).ToList();
        var (inputs, labels) = (cat([.. taken.Select(b => b.Inputs)]), cat([.. taken.Select(b => b.Targets)]));
        foreach (var level in cutting.Levels.Where(l => l > 0))
        {
            var pools = MaskPool.After(start.Net.Tensors, cutting.Options, level);
            var masks = InitialCriteria.Named(cutting.Criterion).Find(new(start.Net, inputs, labels, pools, cutting.Options.MinimumKeep, job.Seed));
            var ticket = new Ticket(start.Net.Architecture, experiment.Initialisation, job.Seed, masks, metadata: start.Architecture.Notes);
            if (cutting.HeldBack(start.Net.Tensors, masks, level) is > 0 and var heldBack)
            {
                ticket.Metadata[TicketMetrics.HeldBack] = heldBack;
            }

            store.Write(experiment.Name, job.Seed, level, ticket);
        }
    }
}
