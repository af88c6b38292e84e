using Prunus.Lottery.Connectivity;
using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Training;

namespace Prunus.Lottery.Experiments.Measures;

/// <summary>Compares where trainings end: a ticket with the dense net, and a ticket with itself after another order of images.</summary>
/// <param name="store">Where the others left their weights.</param>
/// <param name="material">What errors are measured on; the training examples re-estimate batch normalisations.</param>
internal sealed class TicketComparison(TicketStore store, IStudyMaterial material)
{
    // A third of the paper's places: a barrier is smooth, and every place costs a pass over three sets.
    private const int Intervals = 10;

    /// <summary>Adds what can be said after this training.</summary>
    public void Add(TicketJob job, TicketExperiment experiment, TicketBeginning start, Dictionary<string, double> metrics)
    {
        if (job.Branch == TicketExperiment.Ticket && job.Level > 0 && experiment is { FindsOwn: true, TrainsDense: true } && !experiment.Finds(job))
        {
            using var dense = TicketSnapshot.Read(store.Trained(experiment.Name, job.Seed, 0), start.Net);
            (metrics[TicketMetrics.DenseDistance], metrics[TicketMetrics.DenseAngle]) = Distance(start, dense);
        }

        if (job.Branch == TicketBranch.DataOrder)
        {
            using var ticket = TicketSnapshot.Read(store.Trained(experiment.Name, job.Seed, job.Level), start.Net);
            using var other = TicketSnapshot.Of(start.Net, start.LastStep);
            var line = new Interpolation(start.Net, material.Test) { Statistics = start.Net.Buffers.Count > 0 ? material.Seen : null };
            var paths = line.Between(ticket, other, [material.Test, material.Seen], Intervals);
            var (test, seen) = (paths[0][0], paths[1][0]);
            (metrics[TicketMetrics.Barrier], metrics[TicketMetrics.TrainBarrier], metrics[TicketMetrics.Disagreement]) = (test.ErrorBarrier, seen.ErrorBarrier, test.Disagreement);
            (metrics[TicketMetrics.OrderDistance], metrics[TicketMetrics.OrderAngle]) = Distance(start, ticket);
        }
    }

    private static WeightDistance Distance(TicketBeginning start, TicketSnapshot other)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var masks = start.Masks.Names.ToDictionary(n => n, n => start.Masks[n].ToTensor(start.Net.Parameters.Values.First().device));
        return WeightDistance.Between(start.Net.Parameters, other.Parameters, start.Masks.Names, masks)[0];
    }
}
