using Prunus.Lottery.Masks;

namespace Prunus.Lottery.Tickets;

/// <summary>What masks must take at least when nothing but their density is known.</summary>
public static class MaskEntropy
{
    /// <summary>n · H(p) / 8 bytes with H(p) = -p log2 p - (1-p) log2 (1-p), p the mask's density.</summary>
    public static double Bytes(Mask mask) => mask.Count / 8.0 * (Term(mask.Density) + Term(1 - mask.Density));

    private static double Term(double p) => p > 0 ? -p * Math.Log2(p) : 0;
}
