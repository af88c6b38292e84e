using Prunus.Randomness;
using Prunus.Vision;

namespace Prunus.Lottery.Strong;

/// <summary>Random numbers as pure functions of seed, name and index: multiples of 2^-24, uniform in [-1,1), so that products of two and sums of such products are exact in float64.</summary>
internal static class DyadicNumbers
{
    private const int Bits = 24;

    /// <summary>The numbers of a tensor by their flat indices.</summary>
    /// <param name="seed">Seed of the whole net.</param>
    /// <param name="name">The tensor's name: each has a stream of its own.</param>
    public static Func<long, double> Of(long seed, string name)
    {
        var generator = new Philox4x32(unchecked((ulong)seed), VisionWeights.Stream(name));
        return index => ((int)(generator.Word((ulong)index) >> (32 - Bits - 1)) - (1 << Bits)) / (double)(1 << Bits);
    }
}
