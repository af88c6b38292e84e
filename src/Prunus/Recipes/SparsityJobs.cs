using System.Text.Json.Nodes;
using Prunus.Jobs;
using Prunus.Lottery.Kinds;
using Prunus.Native;

namespace Prunus.Recipes;

/// <summary>Trainings of kinds of pruning as jobs of a pool.</summary>
public static class SparsityJobs
{
    /// <summary>What processes of a job pool know them as.</summary>
    public static JobKind Kind { get; } = new("sparsity", Create);

    private static SparsityTrainings Create(JsonObject setup, string device)
    {
        var (size, sources) = SizeSetup.Read(setup);
        return new(size.Sparsity!, setup["state"]!.GetValue<string>(), StudyInputs.Sources(sources), Devices.Parse(device));
    }
}
