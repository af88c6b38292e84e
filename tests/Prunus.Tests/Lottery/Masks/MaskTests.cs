using Prunus.Lottery.Masks;
using Prunus.Native;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Masks;

/// <summary>A mask however it is made and read, at lengths around the words that hold its bits.</summary>
public class MaskTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public void BitsAreTheSame_HoweverTheyAreMadeAndRead(int count)
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        var kept = Enumerable.Range(0, count).Select(i => i * 7919 % 11 < 4).ToArray();
        var mask = Mask.Where([count], i => kept[i]);
        Assert.Equal(kept.Count(k => k), mask.Kept);
        Assert.Equal(kept, Enumerable.Range(0, count).Select(i => mask[i]));
        Assert.Equal(Enumerable.Range(0, count).Where(i => kept[i]), mask.KeptIndices());
        Assert.Equal(mask, Mask.Of([count], kept));
        Assert.Equal(kept.Select(k => k ? 1f : 0f), MaskTensors.Floats(mask.ToTensor(CPU)));
        Assert.Equal(mask, Mask.FromTensor(mask.ToTensor(CPU, ScalarType.Int64)));
        Assert.Equal(Mask.Where([count], _ => true), Mask.Full([count]));
        Assert.Equal(count, Mask.Full([count]).Kept);
    }

    [Fact]
    public void PlacesAreGoneOverTwice()
    {
        var places = Mask.Where([70], i => i is 0 or 69).KeptIndices();
        Assert.Equal([0, 69, 0, 69], places.Concat(places));
        var enumerator = places.GetEnumerator();
        Assert.True(enumerator.MoveNext() && enumerator.MoveNext() && !enumerator.MoveNext());
        enumerator.Reset();
        Assert.True(enumerator.MoveNext());
        Assert.Equal(0, enumerator.Current);
    }
}
