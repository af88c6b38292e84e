using Prunus.Randomness;
using Prunus.Vision;

namespace Prunus.Lottery.Masks;

/// <summary>Masks that no training has seen. A layer's draw hangs on the seed and its name alone.</summary>
public static class RandomMasks
{
    private const ulong Stream = 0x4D41_534B, UniformUse = 4UL << 32;

    /// <summary>Masks with the numbers of zeros that densities give.</summary>
    public static MaskSet Of(IEnumerable<TicketTensor> tensors, LayerDensities densities, long seed) =>
        new(tensors.Where(t => t.IsPrunable).Select(t => (t.Name, Draw(t.Name, t.Shape, checked((int)(t.ElementCount - densities.Zeros[t.Name])), seed))));

    /// <summary>A mask of a shape with exactly <paramref name="kept"/> weights, every such mask as likely.</summary>
    public static Mask Draw(string name, IReadOnlyList<long> shape, int kept, long seed)
    {
        var order = Generator(name, seed).Permutation(checked((int)shape.Aggregate(1L, (n, d) => n * d)));
        var keep = new bool[order.Length];
        foreach (var index in order.AsSpan(0, kept))
        {
            keep[index] = true;
        }

        return Mask.Of(shape, keep);
    }

    /// <summary>Uniform numbers in [0, 1) for every element of a tensor: what the criterion <c>random</c> ranks.</summary>
    public static float[] Uniform(string name, int count, long seed)
    {
        var values = new float[count];
        Generator(name, seed, UniformUse).FillUniform(0, values);
        return values;
    }

    /// <summary>The generator of a named use of a seed.</summary>
    internal static Philox4x32 Generator(string name, long seed, ulong use = 0) => new(unchecked((ulong)seed), VisionWeights.Stream(name) ^ Stream ^ use);
}
