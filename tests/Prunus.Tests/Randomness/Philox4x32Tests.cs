using Prunus.Randomness;

namespace Prunus.Tests.Randomness;

public class Philox4x32Tests
{
    [Fact]
    public void Block_KnownAnswers()
    {
        // The published known answers of philox4x32 with ten rounds: all zero, all one, digits of pi.
        Assert.Equal((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u), Philox4x32.Block(0, 0, 0, 0, 0, 0));
        Assert.Equal(
            (0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu),
            Philox4x32.Block(uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue));
        Assert.Equal(
            (0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u),
            Philox4x32.Block(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0));
    }

    [Theory]
    [InlineData(0, 17)]
    [InlineData(3, 9)]
    [InlineData(6, 3)]
    public void Fill_EqualsSingleValues(int start, int count)
    {
        var random = new Philox4x32(7, 3);
        var uniform = new float[count];
        var normal = new float[count];
        random.FillUniform((ulong)start, uniform);
        random.FillNormal((ulong)start, normal, 1, 0.5);
        for (var i = 0; i < count; i++)
        {
            Assert.Equal(random.Uniform((ulong)(start + i)), uniform[i]);
            Assert.Equal((float)(1 + 0.5 * random.Normal((ulong)(start + i))), normal[i]);
        }
    }

    [Fact]
    public void Moments_AreThoseOfTheDistributions()
    {
        var random = new Philox4x32(11);
        var values = new float[200_000];
        random.FillNormal(0, values);
        Assert.InRange(values.Average(), -0.01, 0.01);
        Assert.InRange(values.Average(v => v * v), 0.985, 1.015);
        random.FillUniform(0, values);
        Assert.InRange(values.Min(), 0f, 1e-4f);
        Assert.True(values.Max() < 1f);
        Assert.InRange(values.Average(), 0.495, 0.505);
    }

    [Fact]
    public void Permutation_HoldsEachIndexOnce_AndDependsOnSeedAndStream()
    {
        var order = new Philox4x32(5).Permutation(1000);
        Assert.Equal(Enumerable.Range(0, 1000), order.Order());
        Assert.Equal(order, new Philox4x32(5).Permutation(1000));
        Assert.NotEqual(order, new Philox4x32(6).Permutation(1000));
        Assert.NotEqual(order, new Philox4x32(5, 1).Permutation(1000));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(1000)]
    [InlineData(1001)]
    public void Permutation_IsFisherYates(int count)
    {
        var random = new Philox4x32(5, 7);
        int[] order = [.. Enumerable.Range(0, count)];
        for (var i = count - 1; i > 0; i--)
        {
            var j = random.Below((ulong)i, i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        Assert.Equal(order, random.Permutation(count));
    }

    [Fact]
    public void Below_StaysInRange()
    {
        var random = new Philox4x32(1);
        var counts = new int[7];
        for (var i = 0ul; i < 70_000; i++)
        {
            counts[random.Below(i, 7)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 9_500, 10_500));
        Assert.Equal(0, random.Below(3, 1));
    }
}
