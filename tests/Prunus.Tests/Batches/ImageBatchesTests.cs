using Prunus.Batches;
using Prunus.Datasets.Images;
using Prunus.Tests.Datasets.Images;
using Prunus.Tests.Native;
using TorchSharp;

namespace Prunus.Tests.Batches;

public class ImageBatchesTests
{
    private static readonly ChannelStatistics Plain = new([0, 0], [1.0 / 255, 1.0 / 255]);

    [Fact]
    public void InOrder_IsNormalised_AndEndsWithTheSet()
    {
        var set = Samples.Counting(5, 2, 6);
        using var batches = new ImageBatches(set, torch.CPU, 3, new ChannelStatistics([0.5, 0], [0.5, 1.0 / 255]), 0);
        using var batch = batches.InOrder(3);
        Assert.Equal([2, 2, 6, 6], batch.Images.shape);
        Assert.Equal([1L, 0L], batch.Labels.data<long>().ToArray());
        var image = set.Image(3);
        Assert.Equal((image[0] - 127.5f) / 127.5f, batch.Images[0, 0, 0, 0].item<float>(), 1e-6f);
        Assert.Equal(image[36], batch.Images[0, 1, 0, 0].item<float>(), 1e-4f);
    }

    [Fact]
    public void Epoch_ShowsEveryImageOnce_InItsOrder()
    {
        var set = Samples.Counting(6, 2, 6);
        using var batches = new ImageBatches(set, torch.CPU, 2, Plain, 5);
        Assert.Equal(3, batches.StepsPerEpoch);
        var order = EpochDraws.Order(5, 1, 6);
        for (var step = 3; step < 6; step++)
        {
            using var batch = batches.Train(step);
            for (var i = 0; i < 2; i++)
            {
                AssertPixels(set, order[2 * (step - 3) + i], batch, i, (0, 0, false), padding: 0);
                Assert.Equal(set.Labels.Span[order[2 * (step - 3) + i]], batch.Labels[i].item<long>());
            }
        }
    }

    [Fact]
    public void SetOnTheDevice_IsReadByMany_AndStaysWhenTheyAreGone()
    {
        var set = Samples.Counting(8, 2, 6);
        using var images = new DeviceImages(set, torch.CPU, Plain);
        new ImageBatches(images, 4, [1]).Dispose();
        using var many = new ImageBatches(images, 4, [9], new AugmentationOptions());
        using var own = new ImageBatches(set, torch.CPU, 4, Plain, 9, new AugmentationOptions());
        using var actual = many.Train(2);
        using var expected = own.Train(2);
        Assert.True(expected.Images.Equals(actual.Images));
        Assert.True(expected.Labels.Equals(actual.Labels));
    }

    // Against the definition, pixel by pixel.
    [Fact]
    public void Variation_CutsAndMirrors()
    {
        var set = Samples.Counting(8, 2, 6);
        using var batches = new ImageBatches(set, torch.CPU, 4, Plain, 9, new AugmentationOptions());
        var (order, draws) = (EpochDraws.Order(9, 0, 8), EpochDraws.Augmentation(9, 0, 8, new()));
        using var batch = batches.Train(1);
        for (var i = 0; i < 4; i++)
        {
            var at = 3 * (4 + i);
            AssertPixels(set, order[4 + i], batch, i, (draws[at], draws[at + 1], draws[at + 2] == 1), padding: 4);
        }
    }

    [Fact]
    public void Steps_AreReproducible_InAnyOrder()
    {
        var set = Samples.Counting(8, 2, 6);
        using var one = new ImageBatches(set, torch.CPU, 4, Plain, 9, new AugmentationOptions());
        using var other = new ImageBatches(set, torch.CPU, 4, Plain, 9, new AugmentationOptions());
        using var first = one.Train(5);
        one.Train(0).Dispose();
        using var again = one.Train(5);
        using var resumed = other.Train(5);
        Assert.Equal(first.Images.data<float>().ToArray(), again.Images.data<float>().ToArray());
        Assert.Equal(first.Images.data<float>().ToArray(), resumed.Images.data<float>().ToArray());
        using var next = one.Train(7);
        Assert.NotEqual(first.Images.data<float>().ToArray(), next.Images.data<float>().ToArray());
    }

    [Fact]
    public void Batches_LeaveNoTensor()
    {
        var set = Samples.Counting(8, 2, 6);
        TensorLeaks.AssertNone(() =>
        {
            using var batches = new ImageBatches(set, torch.CPU, 4, Plain, 9, new AugmentationOptions());
            for (var step = 0; step < 5; step++)
            {
                batches.Train(step).Dispose();
                batches.InOrder(6).Dispose();
            }
        });
    }

    [Fact]
    public void BadSizes_AreOneLine()
    {
        var set = Samples.Counting(8, 2, 6);
        Assert.Equal("batch size: 9 of a set of 8 images; use 1 to 8", Samples.Fault(() => new ImageBatches(set, torch.CPU, 9, Plain, 0).Dispose()));
        Assert.Equal("padding: -1 is out of range; use 0 to 64", Samples.Fault(() => new ImageBatches(set, torch.CPU, 4, Plain, 0, new() { Padding = -1 }).Dispose()));
    }

    private static void AssertPixels(ImageSet set, int index, ImageBatch batch, int place, (int Row, int Column, bool Mirrored) draw, int padding)
    {
        var image = set.Image(index);
        var side = set.Shape.Width;
        using var pixels = batch.Images[place].contiguous();
        var found = pixels.data<float>().ToArray();
        for (var i = 0; i < found.Length; i++)
        {
            var (channel, y, x) = (i / (side * side), i / side % side, i % side);
            var (row, column) = (y + draw.Row - padding, (draw.Mirrored ? side - 1 - x : x) + draw.Column - padding);
            var inside = row >= 0 && row < side && column >= 0 && column < side;
            Assert.Equal(inside ? image[(channel * side + row) * side + column] : 0, found[i], 1e-3f);
        }
    }
}
