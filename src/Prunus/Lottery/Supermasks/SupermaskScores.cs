using Prunus.Lottery.Masks;

namespace Prunus.Lottery.Supermasks;

/// <summary>Numbers that rules draw: functions of seed and name alone.</summary>
internal static class SupermaskScores
{
    private const ulong ScoreUse = 8UL << 32;

    /// <summary>Uniform numbers in [0, 1) for first scores.</summary>
    public static float[] Uniform(TicketTensor tensor, long seed)
    {
        var values = new float[tensor.ElementCount];
        RandomMasks.Generator(tensor.Name, seed, ScoreUse).FillUniform(0, values);
        return values;
    }
}
