using Prunus.Datasets.Images;

namespace Prunus.Tests.Datasets.Images;

public class SyntheticImagesTests
{
    public static TheoryData<string> Ids => ["spirals", "blobs", "stripes"];

    [Theory]
    [MemberData(nameof(Ids))]
    public void SeedAndSplit_AreAllThatCounts(string id)
    {
        var (source, nowhere) = (ImageSets.Named(id), new ImageSetSearch("no/such"));
        var set = source.Load(ImageSplit.Train, nowhere, 7);
        Assert.True(set.Images.Span.SequenceEqual(source.Load(ImageSplit.Train, nowhere, 7).Images.Span));
        Assert.False(set.Images.Span.SequenceEqual(source.Load(ImageSplit.Train, nowhere, 8).Images.Span));
        Assert.False(set.Image(0).SequenceEqual(source.Load(ImageSplit.Test, nowhere, 7).Image(0)));
        Assert.Single(set.ClassCounts().Distinct());
        Assert.InRange(ChannelStatistics.Of(set).StandardDeviation[0], 0.02, 0.5);
    }

    [Fact]
    public void ALongerSet_BeginsWithAShorterOne()
    {
        var (few, many) = (SyntheticImages.Blobs(1, 8, ImageSplit.Train), SyntheticImages.Blobs(1, 20, ImageSplit.Train));
        Assert.True(many.Images.Span.StartsWith(few.Images.Span));
    }

    // The class can be told from the picture: the brightest pixel of a blob lies in its quarter nearly always.
    [Fact]
    public void Blobs_LieInTheirQuarter()
    {
        var set = SyntheticImages.Blobs(3, 400, ImageSplit.Train);
        var right = Enumerable.Range(0, set.Count).Count(i =>
        {
            var image = set.Image(i);
            var brightest = image.IndexOf(image.ToArray().Max());
            return (brightest % 16 / 8) + 2 * (brightest / 128) == set.Labels.Span[i];
        });
        Assert.InRange(right, 380, 400);
    }
}
