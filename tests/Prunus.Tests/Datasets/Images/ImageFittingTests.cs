using Prunus.Datasets.Images;

namespace Prunus.Tests.Datasets.Images;

public sealed class ImageFittingTests
{
    [Fact]
    public void Grey_IsRepeated_AndPaddedAroundTheMiddle()
    {
        var fitted = ImageFitting.To(Of(new(1, 2, 2), 1, 2, 3, 4), new(3, 4, 4), "x");
        byte[] plane = [0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0];
        Assert.Equal([.. plane, .. plane, .. plane], fitted.Images.ToArray());
        Assert.Equal(new ImageShape(3, 4, 4), fitted.Shape);
        Assert.Equal(1, fitted.Labels.Span[0]);
    }

    [Fact]
    public void Colours_BecomeTheirMean_AndBlocksTheirs()
    {
        Assert.Equal([2], ImageFitting.To(Of(new(3, 1, 1), 1, 2, 2), new(1, 1, 1), "x").Images.ToArray());
        Assert.Equal([3, 10], ImageFitting.To(Of(new(1, 2, 4), 1, 2, 10, 10, 3, 4, 10, 10), new(1, 1, 2), "x").Images.ToArray());
        Assert.Equal([3, 5], ImageFitting.To(Of(new(2, 2, 2), 1, 2, 3, 4, 5, 5, 5, 5), new(2, 1, 1), "x").Images.ToArray());
        Assert.Equal([4], ImageFitting.To(Of(new(2, 2, 2), 1, 2, 3, 4, 5, 5, 5, 5), new(1, 1, 1), "x").Images.ToArray());
    }

    [Fact]
    public void LargerByLessThanHalf_IsCutToTheMiddle() =>
        Assert.Equal([6, 7, 10, 11], ImageFitting.To(Of(new(1, 4, 4), [.. Enumerable.Range(1, 16).Select(i => (byte)i)]), new(1, 3, 3), "x") is var three
            ? [three.Images.Span[4], three.Images.Span[5], three.Images.Span[7], three.Images.Span[8]] : []);

    [Fact]
    public void Same_IsTheSetItself()
    {
        var set = Of(new(1, 2, 2), 1, 2, 3, 4);
        Assert.Same(set, ImageFitting.To(set, set.Shape, "x"));
    }

    [Theory]
    [InlineData(3, 2, 2, "x: has 2 channels, and 3 are wanted; write as many, or 1")]
    [InlineData(2, 3, 3, "x: has sides of 10 pixels, which blocks of 3 do not part; ask for 5 or another size")]
    public void Unfit_IsRefused(int channels, int height, int width, string message) => Assert.Equal(
        message, Assert.Throws<PrunusInputException>(() => ImageFitting.To(Of(new(2, 10, 10), new byte[200]), new(channels, height, width), "x")).Message);

    private static ImageSet Of(ImageShape shape, params byte[] image) => new(ImageSplit.Train, shape, image, [1], ["a", "b"], "test");
}
