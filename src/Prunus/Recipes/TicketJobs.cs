using System.Text.Json.Nodes;
using Prunus.Jobs;
using Prunus.Lottery.Experiments;
using Prunus.Native;
using Prunus.Native.Cuda;

namespace Prunus.Recipes;

/// <summary>Trainings of ticket experiments as jobs of a pool.</summary>
public static class TicketJobs
{
    // One that a training works on, one that its step was recorded on.
    private const int StreamsOfATraining = 2;

    /// <summary>What processes of a job pool know them as. On a GPU each training wants streams.</summary>
    public static JobKind Kind { get; } = new("tickets", Create) { MostThreads = StreamPool.Most / StreamsOfATraining };

    private static TicketTrainings Create(JsonObject setup, string device)
    {
        var (size, sources) = SizeSetup.Read(setup);
        return new(size.Tickets!, setup["state"]!.GetValue<string>(), StudyInputs.Sources(sources), Devices.Parse(device)) { Graphs = setup["graphs"]?.GetValue<bool>() ?? true };
    }
}
