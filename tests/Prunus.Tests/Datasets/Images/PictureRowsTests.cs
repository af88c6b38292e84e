using Prunus.Datasets.Images;

namespace Prunus.Tests.Datasets.Images;

public class PictureRowsTests
{
    [Fact]
    public void Damage_IsOneLine()
    {
        var picture = ImageFileContent.Read(SharedFiles.Path("data", "cifar10", "lossless_batch_0.png")) with { Path = "png" };
        Assert.Equal("png: is no picture of 1024 × 1000 pixels; get the file again", Fault(picture.Changed(19, 1), 1000));
        Assert.Equal("png: is no picture of 1024 × 1000 pixels; get the file again", Fault(picture with { Bytes = [1, 2, 3] }, 1000));
        Assert.StartsWith("png: cannot be decoded (", Fault(picture with { Bytes = picture.Bytes[..(picture.Bytes.Length / 2)] }, 1000), StringComparison.Ordinal);
        Assert.Equal("labels: has 999 labels for 1000 images; take images and labels of the same set", Fault(picture, 999));
    }

    private static string Fault(ImageFileContent picture, int labels) =>
        Samples.Fault(() => PictureRows.Read([picture], new ImageFileContent("labels", new byte[labels]), ImageSplit.Train, Samples.TwoClasses));
}
