using Prunus.Lottery.Masks;
using Prunus.Lottery.Tickets;

namespace Prunus.Tests.Lottery.Tickets;

public sealed class MaskCodecTests
{
    private static readonly MaskCoding[] All = Enum.GetValues<MaskCoding>();

    [Fact]
    public void EveryCoding_RoundTrips_AnyDensityAndShape()
    {
        long[][] shapes = [[1], [7], [3, 5], [10, 100], [64, 3, 3, 3], [1, 129], [129, 1], [0, 4], [5, 0]];
        double[] densities = [0, 1e-3, 0.036, 0.3, 0.5, 0.9, 0.999, 1];
        foreach (var (shape, density, coding) in from s in shapes from d in densities from c in All select (s, d, c))
        {
            var mask = DrawnMasks.Draw((ulong)(density * 1000) + (ulong)shape[0], density, shape);
            Assert.Equal(mask, MaskCodec.Decode(mask.Shape, coding, MaskCodec.Encode(mask, coding)));
            Assert.True(MaskCodec.Encode(mask).Bytes.Length <= (mask.Count + 7) / 8);
        }
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.036)]
    [InlineData(0.2)]
    public void RandomMask_TakesItsEntropy_AndOnePercent(double density)
    {
        var mask = DrawnMasks.Draw(3, density, 300, 784);
        var bound = MaskEntropy.Bytes(mask);
        Assert.InRange(MaskCodec.Encode(mask).Bytes.Length, bound * 0.99, bound * 1.01 + 10);
    }

    [Fact]
    public void WhatIsEmptyOrWhole_TakesBytes() => Assert.All((double[])[0, 1], density =>
        Assert.InRange(MaskCodec.Encode(DrawnMasks.Draw(0, density, 256, 8192)).Bytes.Length, 0, 24));

    [Fact]
    public void ColumnsThatAreDead_CostLessThanTheEntropyOfTheirDensity()
    {
        var mask = DrawnMasks.LeNet(1)["fc1.weight"];
        var (coding, bytes) = MaskCodec.Encode(mask);
        Assert.True(coding >= MaskCoding.Columns);
        Assert.InRange(bytes.Length, 1, 0.95 * MaskEntropy.Bytes(mask));
    }

    [Fact]
    public void Entropy_ByHand()
    {
        // 1 of 4: H = 0.25·2 + 0.75·log2(4/3) = 0.811278 bits each.
        Assert.Equal(4 * 0.811278124459 / 8, MaskEntropy.Bytes(Mask.Where([2, 2], i => i == 1)), 10);
        Assert.Equal(0, MaskEntropy.Bytes(Mask.Full([3])));
    }
}
