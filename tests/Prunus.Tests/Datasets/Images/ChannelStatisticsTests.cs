using Prunus.Datasets.Images;

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
}
