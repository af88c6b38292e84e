using Prunus.Batches;
using Prunus.Datasets.Images;
using Prunus.Randomness;
using static TorchSharp.torch;

namespace Prunus.Benchmarks;

/// <summary>Pictures of noise in three channels of 32 × 32, for benchmarks of steps.</summary>
internal static class NoiseImages
{
    public const int Classes = 10;
    private const int Images = 10_000;

    public static ImageBatches Batches(Device device, int batch) => new(Set(), device, batch, new ChannelStatistics([0.5, 0.5, 0.5], [0.29, 0.29, 0.29]), 1);

    private static ImageSet Set()
    {
        var draw = new Philox4x32(1);
        var (images, labels) = (new byte[Images * 3 * 32 * 32], new byte[Images]);
        for (var i = 0; i < images.Length; i++)
        {
            images[i] = (byte)draw.Below((ulong)i, 256);
        }

        for (var i = 0; i < Images; i++)
        {
            labels[i] = (byte)(i % Classes);
        }

        return new ImageSet(ImageSplit.Train, new ImageShape(3, 32, 32), images, labels, [.. Enumerable.Range(0, Classes).Select(c => $"{c}")], "benchmark");
    }
}
