using Prunus.Datasets.Images;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Batches;

/// <summary>A set of images on a device as bytes, and what they are normalised with. Several <see cref="ImageBatches"/> may read it, in several threads too.</summary>
public sealed class DeviceImages : IDisposable
{
    /// <param name="set">The images.</param>
    /// <param name="device">Where they are kept.</param>
    /// <param name="statistics">What to normalise with: those of the training images, for test images too.</param>
    public DeviceImages(ImageSet set, Device device, ChannelStatistics statistics)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(statistics.Mean.Count, set.Shape.Channels);
        Libtorch.Load();
        Shape = set.Shape;
        using var scope = NewDisposeScope();
        Images = tensor(set.Images.ToArray(), [set.Count, set.Shape.Channels, set.Shape.Height, set.Shape.Width]).to(device).DetachFromDisposeScope();
        Labels = tensor(set.Labels.ToArray()).to(device).to(ScalarType.Int64).DetachFromDisposeScope();
        Mean = PerChannel(statistics.Mean);
        Deviation = PerChannel(statistics.StandardDeviation);

        // [C] on the scale 0 to 1 → [C,1,1] on that of bytes.
        Tensor PerChannel(IReadOnlyList<double> values) => tensor([.. values.Select(value => (float)(255 * value))], [values.Count, 1, 1]).to(device).DetachFromDisposeScope();
    }

    /// <summary>Size of an image.</summary>
    public ImageShape Shape { get; }

    /// <summary>Images of the set.</summary>
    public int Count => checked((int)Images.size(0));

    /// <summary>[N,C,H,W] bytes.</summary>
    internal Tensor Images { get; }

    /// <summary>[N] int64.</summary>
    internal Tensor Labels { get; }

    /// <summary>[C,1,1] on the scale of bytes.</summary>
    internal Tensor Mean { get; }

    /// <summary>[C,1,1] on the scale of bytes.</summary>
    internal Tensor Deviation { get; }

    /// <summary>Images on the scale that nets take, float32: (byte/255 - mean) / deviation, mean and deviation scaled by 255.</summary>
    internal Tensor Normalise(Tensor images) => images.to(ScalarType.Float32).sub_(Mean).div_(Deviation);

    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
        Mean.Dispose();
        Deviation.Dispose();
    }
}
