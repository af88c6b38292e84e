using Prunus.Batches;
using Prunus.Datasets.Images;
using TorchSharp;

namespace Prunus.Tests.Datasets.Images;

public class ChannelStatisticsTests
{
    // Channel 0: 0, 255, 0, 255 → mean and deviation 1/2. Channel 1: all 51 → mean 1/5, deviation taken as 1.
    [Fact]
    public void MeanAndDeviation_ByHand()
    {
        var set = new ImageSet(ImageSplit.Train, new ImageShape(2, 1, 2), [0, 255, 51, 51, 0, 255, 51, 51], [0, 1], Samples.TwoClasses, "set");
        var statistics = ChannelStatistics.Of(set);
        Assert.Equal([0.5, 0.2], statistics.Mean);
        Assert.Equal([0.5, 1], statistics.StandardDeviation);
    }

    // What nets see is (byte / 255 - mean) / deviation.
    [Theory]
    [InlineData(PixelScale.Normalised, -1.0, 1.0)]
    [InlineData(PixelScale.Unit, 0.0, 1.0)]
    [InlineData(PixelScale.Bytes, 0.0, 255.0)]
    public void For_BringsBlackAndWhiteToTheScale(PixelScale scale, double black, double white)
    {
        var set = new ImageSet(ImageSplit.Train, new ImageShape(1, 1, 2), [0, 255, 0, 255], [0, 1], Samples.TwoClasses, "set");
        var statistics = ChannelStatistics.For(scale, 1, () => scale == PixelScale.Normalised ? set : throw new InvalidOperationException("read for nothing"));
        using var batches = new ImageBatches(set, torch.CPU, 2, statistics, 0);
        using var batch = batches.InOrder(0);
        Assert.Equal([black, white], batch.Images.flatten().slice(0, 0, 2, 1).to(torch.float64).data<double>().ToArray().Select(v => Math.Round(v, 4)));
    }
}
