using Prunus.Batches;
using Prunus.Datasets.Images;
using Prunus.Lottery.Stacking;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Stacking;

public sealed class StepDataTests
{
    // Three steps an epoch: its first and last, one of the next epoch, and the first one again.
    [Fact]
    public void EachMember_SeesTheBatchesOfImageBatchesWithItsSeed()
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        var set = SyntheticImages.Blobs(3, 11, ImageSplit.Train);
        var statistics = ChannelStatistics.Of(set);
        ulong[] seeds = [7, 9, 7];
        using var images = new DeviceImages(set, CPU, statistics);
        using var data = StepData.Of(images, 3, seeds);
        var examples = new int[9];
        foreach (var step in new[] { 0, 2, 4, 0 })
        {
            data.Order(step, examples);
            for (var m = 0; m < 3; m++)
            {
                using var batches = new ImageBatches(set, CPU, 3, statistics, seeds[m]);
                var batch = batches.Train(step);
                var picked = tensor(examples.AsSpan(m * 3, 3).ToArray()).to(ScalarType.Int64);
                Assert.True(batch.Images.Equals(data.Inputs.index_select(0, picked)));
                Assert.True(batch.Labels.Equals(data.Labels.index_select(0, picked)));
            }
        }
    }
}
