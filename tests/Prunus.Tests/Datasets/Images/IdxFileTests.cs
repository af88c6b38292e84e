using System.IO.Compression;
using Prunus.Datasets.Images;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Datasets.Images;

public class IdxFileTests
{
    [Fact]
    public void ImagesAndLabels_AreRead()
    {
        var set = IdxFile.Read(Samples.IdxImages(), Samples.IdxLabels(), ImageSplit.Test, Samples.TwoClasses);
        Assert.Equal((3, new ImageShape(1, 2, 2), ImageSplit.Test), (set.Count, set.Shape, set.Split));
        Assert.Equal([8, 9, 10, 255], set.Image(2).ToArray());
        Assert.Equal([0, 1, 0], set.Labels.ToArray());
        Assert.Equal([2, 1], set.ClassCounts());
    }

    [Fact]
    public void Header_IsBigEndian() => Assert.Equal([0, 0, 8, 1, 0, 0, 0, 3], Samples.IdxLabels().Bytes[..8]);

    [Fact]
    public void Damage_IsOneLine()
    {
        var (images, labels) = (Samples.IdxImages(), Samples.IdxLabels());
        Assert.Equal("images: says 3 × 2 × 2 and holds 11 bytes after its header; get the file again", Fault(images with { Bytes = images.Bytes[..^1] }, labels));
        Assert.Equal("images: has 10 bytes, fewer than the 16 of an IDX header; get the file again", Fault(images with { Bytes = images.Bytes[..10] }, labels));
        Assert.Equal("images: begins with 2049, not with the 2051 of an IDX image file; check that it is the right file", Fault(images with { Bytes = [.. labels.Bytes, 0, 0, 0, 0, 0] }, labels));
        Assert.Equal("labels: says 4 and holds 3 bytes after its header; get the file again", Fault(images, labels.Changed(7, 4)));
        Assert.Equal("labels: label 1 is 2, and there are 2 classes; check that it is the right file", Fault(images, labels.Changed(9, 2)));
        Assert.Equal("labels: has 2 labels for 3 images; take images and labels of the same set", Fault(images, new("labels", IdxFile.Labels([0, 1]))));
    }

    // Counts whose product overflows 32 or 64 bits, zero or negative ones.
    [Theory]
    [InlineData(0x7F)]
    [InlineData(0x80)]
    [InlineData(0xFF)]
    public void HostileCounts_AreRefused(byte value)
    {
        var images = Samples.IdxImages();
        foreach (var at in new[] { 4, 8, 12 })
        {
            images = images.Changed(at, value);
            Assert.Contains("says ", Fault(images, Samples.IdxLabels()), StringComparison.Ordinal);
        }

        Assert.Contains("says 0 × ", Fault(Samples.IdxImages().Changed(7, 0), Samples.IdxLabels()), StringComparison.Ordinal);
    }

    [Fact]
    public void Packed_IsUnpacked_AndATornOneIsOneLine()
    {
        using var folder = new TemporaryFolder();
        using (var packed = new GZipStream(File.Create(folder["a.gz"]), CompressionLevel.Fastest))
        {
            packed.Write(Samples.IdxLabels().Bytes);
        }

        var read = ImageFileContent.Read(folder["a.gz"]);
        Assert.Equal(Samples.IdxLabels().Bytes, read.Bytes);
        Assert.Equal(ImageFileContent.Md5(File.ReadAllBytes(folder["a.gz"])), read.PackedMd5);
        File.WriteAllBytes(folder["b.gz"], [1, 2, 3, 4]);
        Assert.StartsWith(folder["b.gz"] + ": is damaged: it does not unpack; ", Samples.Fault(() => ImageFileContent.Read(folder["b.gz"])), StringComparison.Ordinal);
        Assert.Equal(folder["c"] + ": does not exist; check the path", Samples.Fault(() => ImageFileContent.Read(folder["c"])));
    }

    private static string Fault(ImageFileContent images, ImageFileContent labels) =>
        Samples.Fault(() => IdxFile.Read(images, labels, ImageSplit.Train, Samples.TwoClasses));
}
