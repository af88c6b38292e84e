using Prunus.Lottery.Masks;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Supermasks;

/// <summary>Numbers that rules draw: functions of seed, name and step alone.</summary>
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

    /// <summary>Fills a tensor with uniform numbers in [0, 1), from libtorch's generator of its device.</summary>
    /// <param name="noise">The tensor.</param>
    /// <param name="stream">Of the experiment and the step.</param>
    /// <param name="index">Of the tensor in the pass.</param>
    public static void Fill(Tensor noise, ulong stream, int index)
    {
        using var generator = new Generator(new Randomness.Philox4x32(stream).Word((ulong)index), noise.device);
        noise.uniform_(0, 1, generator);
    }
}
