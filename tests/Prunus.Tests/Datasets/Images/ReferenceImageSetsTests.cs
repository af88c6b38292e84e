using Prunus.Datasets.Images;

namespace Prunus.Tests.Datasets.Images;

/// <summary>Every reader on the real files beside the checkout.</summary>
public class ReferenceImageSetsTests
{
    [Theory]
    [InlineData("mnist", 4, 4)]
    [InlineData("fashion-mnist-40k", 4, 4)]
    [InlineData("cifar10-jpeg", 2, 2)]
    [InlineData("cifar10-lossless", 3, 3)]
    public void Files_AreConfirmedByTheirHashes(string id, int files, int confirmed)
    {
        var splits = ImageSets.Named(id).Check(Search());
        Assert.Equal((files, confirmed), (splits.Sum(s => s.Files), splits.Sum(s => s.Confirmed)));
    }

    [Fact]
    public void Cifar_IsBalanced_AndEveryPrefixOfItIs()
    {
        var set = ImageSets.Named("cifar10-jpeg").Load(ImageSplit.Test, Search());
        Assert.All(set.ClassCounts(), count => Assert.Equal(800, count));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1], set.Labels.Span[..12].ToArray());
    }

    // The JPEGs are about 30 dB from the originals: of the 2,000 lossless images, the first ones must have a near twin of their class.
    [Fact]
    public void JpegAndLossless_AreTheSameImages()
    {
        var lossless = ImageSets.Named("cifar10-lossless").Load(ImageSplit.Train, Search());
        Assert.Equal([6, 9, 9, 4, 1, 1, 2, 7, 8, 3, 4, 7, 7, 2, 9, 9, 9, 3, 2, 6], lossless.Labels.Span[..20].ToArray());
        var jpeg = ImageSets.Named("cifar10-jpeg").Load(ImageSplit.Train, Search());
        Assert.All(jpeg.ClassCounts(), count => Assert.Equal(5000, count));
        var decibels = Enumerable.Range(0, 4).Select(i => Nearest(lossless, i, jpeg)).ToList();
        Assert.All(decibels, value => Assert.InRange(value, 24, 45));
        Assert.InRange(decibels.Average(), 27, 36);
    }

    private static double Nearest(ImageSet images, int index, ImageSet among)
    {
        var image = images.Image(index);
        var (label, least) = (images.Labels.Span[index], long.MaxValue);
        for (var i = 0; i < among.Count; i++)
        {
            if (among.Labels.Span[i] == label)
            {
                least = Math.Min(least, Distance(image, among.Image(i), least));
            }
        }

        return 10 * Math.Log10(255.0 * 255.0 * image.Length / least);
    }

    private static long Distance(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, long enough)
    {
        var sum = 0L;
        for (var i = 0; i < a.Length && sum < enough; i++)
        {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }

        return sum;
    }

    private static ImageSetSearch Search() => new(SharedFiles.Path("data"));
}
