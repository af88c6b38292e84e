using Prunus.Lottery.Masks;
using Prunus.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Experiments;

/// <summary>What criteria look at, of a training that has just ended.</summary>
internal static class TicketValuesOf
{
    private const ulong UniformStream = 0x5445_524EUL << 32;

    /// <summary>Values of one tensor; no gradients, which a search after training has not.</summary>
    public static CriterionValues Criterion(TicketExperiment experiment, TicketBeginning start, TicketJob job, string name)
    {
        var needs = MaskCriteria.Named(experiment.Cutting.Criterion).Needs;
        return new CriterionValues(
            needs.HasFlag(CriterionNeeds.Initial) ? Initial(experiment, start, job, name) : [],
            MaskTensors.Floats(start.Net.Parameters[name]),
            [],
            needs.HasFlag(CriterionNeeds.Random) ? Uniform(start, job, name) : []);
    }

    private static float[] Initial(TicketExperiment experiment, TicketBeginning start, TicketJob job, string name) =>
        start.Architecture.Draw(experiment.Initialisation, job.Seed)[name];

    private static float[] Uniform(TicketBeginning start, TicketJob job, string name)
    {
        var at = start.Masks.Names.Index().First(n => n.Item == name).Index;
        var values = new float[start.Masks[name].Count];
        new Philox4x32((ulong)job.Seed, UniformStream | ((ulong)job.Level << 16) | (uint)at).FillUniform(0, values);
        return values;
    }
}
