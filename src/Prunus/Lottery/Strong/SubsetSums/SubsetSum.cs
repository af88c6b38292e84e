using System.Numerics;

namespace Prunus.Lottery.Strong.SubsetSums;

/// <summary>A subset of a sample and how near its sum comes to the target.</summary>
/// <param name="Mask">Bit i = element i of the sample.</param>
/// <param name="Error">|target - sum|, of sums in float64: exact where the elements are multiples of 2^-48 and sums stay below 32.</param>
public readonly record struct SubsetSum(ulong Mask, double Error)
{
    /// <summary>Elements of the subset.</summary>
    public int Size => BitOperations.PopCount(Mask);
}
