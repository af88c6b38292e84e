using Prunus.Lottery.Masks;
using Prunus.Randomness;

namespace Prunus.Tests.Lottery.Tickets;

/// <summary>Masks drawn at random.</summary>
internal static class DrawnMasks
{
    public static Mask Draw(ulong seed, double density, params long[] shape)
    {
        var draw = new Philox4x32(seed);
        return Mask.Where(shape, i => draw.Uniform((ulong)i) < density);
    }

    /// <summary>LeNet-300-100 as magnitude pruning leaves it: few pixels of the border, the output layer denser.</summary>
    public static MaskSet LeNet(ulong seed)
    {
        var draw = new Philox4x32(seed);
        return new(
        [
            ("fc1.weight", Mask.Where([300, 784], i => draw.Uniform((ulong)i) < 0.145 * Middle(i % 784))),
            ("fc2.weight", Draw(seed + 1, 0.036, 100, 300)),
            ("fc3.weight", Draw(seed + 2, 0.19, 10, 100)),
        ]);
    }

    private static double Middle(int pixel)
    {
        var (y, x) = (pixel / 28 - 13.5, pixel % 28 - 13.5);
        return Math.Exp(-(x * x + y * y) / 60);
    }
}
