using Prunus.Datasets.Images;

namespace Prunus.Tests.Datasets.Images;

public class CifarBatchesTests
{
    [Fact]
    public void Records_AreJoined()
    {
        var set = Read(new("a", [.. Record(1, 7), .. Record(0, 8)]), new("b", Record(1, 9)));
        Assert.Equal((3, new ImageShape(3, 32, 32)), (set.Count, set.Shape));
        Assert.Equal([1, 0, 1], set.Labels.ToArray());
        Assert.All(set.Image(2).ToArray(), value => Assert.Equal(9, value));
    }

    [Fact]
    public void Damage_IsOneLine()
    {
        Assert.Equal("b: has 3072 bytes, which is no number of 3073-byte records; get the file again", Samples.Fault(() => Read(new("a", Record(1, 7)), new("b", new byte[3072]))));
        Assert.Equal("a: has 0 bytes, which is no number of 3073-byte records; get the file again", Samples.Fault(() => Read(new ImageFileContent("a", []))));
        Assert.Contains("label 0 is 200", Samples.Fault(() => Read(new ImageFileContent("a", Record(200, 7)))), StringComparison.Ordinal);
    }

    private static byte[] Record(byte label, byte value) => [label, .. Enumerable.Repeat(value, 3072)];

    private static ImageSet Read(params ImageFileContent[] files) => CifarBatches.Read(files, ImageSplit.Train, Samples.TwoClasses);
}
