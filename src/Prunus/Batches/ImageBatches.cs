using Prunus.Datasets.Images;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Batches;

/// <summary>
/// Batches of a set that lies on the device as bytes. A batch is gathered, varied and normalised there; the host does work once an epoch: it draws the order and
/// the variations (<see cref="EpochDraws"/>) and copies them over. Batch of step s is a pure function of (seed, s), so a resumed training sees the same ones.
/// </summary>
public sealed class ImageBatches : IDisposable
{
    private readonly IReadOnlyList<ulong> _seeds;
    private readonly AugmentationOptions? _augmentation;
    private readonly DeviceImages _set;
    private readonly DeviceImages? _owned;
    private readonly Tensor? _places, _shifts;
    private Tensor? _order, _draws;
    private long _epoch = -1;

    /// <param name="set">The images.</param>
    /// <param name="device">Where they are kept, as N·C·H·W bytes, and batches are made.</param>
    /// <param name="batchSize">B; an epoch's last images that fill no batch are left out of training.</param>
    /// <param name="statistics">What to normalise with: those of the training images, for test images too.</param>
    /// <param name="seed">Of order and variations.</param>
    /// <param name="augmentation">How training images are varied; null = not.</param>
    /// <exception cref="PrunusInputException">The batch is larger than the set, or an option is out of range.</exception>
    public ImageBatches(ImageSet set, Device device, int batchSize, ChannelStatistics statistics, ulong seed, AugmentationOptions? augmentation = null)
        : this(set, device, batchSize, statistics, [seed], augmentation)
    {
    }

    /// <summary>Batches of several orders side by side: see <see cref="TrainEach"/>.</summary>
    /// <param name="set">The images.</param>
    /// <param name="device">Where they are kept and batches are made.</param>
    /// <param name="batchSize">B.</param>
    /// <param name="statistics">What to normalise with.</param>
    /// <param name="seeds">Of order and variations, one or more.</param>
    /// <param name="augmentation">How training images are varied; null = not.</param>
    /// <exception cref="PrunusInputException">The batch is larger than the set, or an option is out of range.</exception>
    public ImageBatches(ImageSet set, Device device, int batchSize, ChannelStatistics statistics, IReadOnlyList<ulong> seeds, AugmentationOptions? augmentation = null)
        : this(new DeviceImages(Checked(set, set.Count, batchSize, augmentation), device, statistics), batchSize, seeds, augmentation) => _owned = _set;

    /// <summary>Batches of a set that is on the device already and stays there.</summary>
    /// <param name="set">The images, disposed by the caller, after this.</param>
    /// <param name="batchSize">B.</param>
    /// <param name="seeds">Of order and variations, one or more: several are orders side by side, see <see cref="TrainEach"/>.</param>
    /// <param name="augmentation">How training images are varied; null = not.</param>
    /// <exception cref="PrunusInputException">The batch is larger than the set, or an option is out of range.</exception>
    public ImageBatches(DeviceImages set, int batchSize, IReadOnlyList<ulong> seeds, AugmentationOptions? augmentation = null)
    {
        (_set, BatchSize, _seeds, _augmentation) = (Checked(set, set.Count, batchSize, augmentation), batchSize, seeds, augmentation);
        if (augmentation is not null)
        {
            using var scope = NewDisposeScope();
            (_places, _shifts) = Indices(set.Shape, augmentation.Padding, set.Images.device);
        }
    }

    /// <summary>Size of an image.</summary>
    public ImageShape Shape => _set.Shape;

    /// <summary>Images of the set.</summary>
    public int Count => _set.Count;

    /// <summary>B.</summary>
    public int BatchSize { get; }

    /// <summary>Whole batches of an epoch.</summary>
    public int StepsPerEpoch => Count / BatchSize;

    /// <summary>The training batch of a step, counted from 0 over all epochs: in the epoch's order, varied, normalised.</summary>
    /// <exception cref="InvalidOperationException">There are several orders.</exception>
    public ImageBatch Train(long step) => _seeds.Count == 1 ? Pick(step) : throw new InvalidOperationException("batches of several orders are asked for by TrainEach");

    /// <summary>The training batches of a step, one of each seed: images [seeds,B,C,H,W], labels [seeds,B].</summary>
    public ImageBatch TrainEach(long step)
    {
        using var scope = NewDisposeScope();
        var flat = Pick(step);
        return Moved(flat.Images.view(_seeds.Count, BatchSize, Shape.Channels, Shape.Height, Shape.Width), flat.Labels.view(_seeds.Count, BatchSize));
    }

    /// <summary>Images <paramref name="start"/> … in the order of the set, unvaried, normalised; fewer than B at the end of the set.</summary>
    public ImageBatch InOrder(int start)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(start, Count);
        using var scope = NewDisposeScope();
        var count = Math.Min(BatchSize, Count - start);
        return Moved(_set.Normalise(_set.Images.narrow(0, start, count)), _set.Labels.narrow(0, start, count).clone());
    }

    public void Dispose()
    {
        foreach (var tensor in new[] { _places, _shifts, _order, _draws })
        {
            tensor?.Dispose();
        }

        _owned?.Dispose();
    }

    // All seeds' batches after each other.
    private ImageBatch Pick(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        Enter(step / StepsPerEpoch);
        using var scope = NewDisposeScope();
        var start = step % StepsPerEpoch * BatchSize;
        var picked = _order!.narrow(1, start, BatchSize).reshape(-1);
        var images = _set.Images.index_select(0, picked);
        if (_draws is not null)
        {
            images = Vary(images, _draws.narrow(1, start, BatchSize).reshape(-1, 3));
        }

        return Moved(_set.Normalise(images), _set.Labels.index_select(0, picked));
    }

    private static ImageBatch Moved(Tensor images, Tensor labels) => new(images.MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope());

    private static T Checked<T>(T set, int count, int batchSize, AugmentationOptions? augmentation)
    {
        augmentation?.Validate();
        return batchSize >= 1 && batchSize <= count ? set : throw new PrunusInputException("batch size", $"{batchSize} of a set of {count} images", $"use 1 to {count}");
    }

    private void Enter(long epoch)
    {
        if (epoch == _epoch)
        {
            return;
        }

        using var scope = NewDisposeScope();
        _order?.Dispose();
        _draws?.Dispose();
        _order = Drawn(seed => tensor(EpochDraws.Order(seed, checked((uint)epoch), Count)));
        _draws = _augmentation is null ? null : Drawn(seed => tensor(EpochDraws.Augmentation(seed, checked((uint)epoch), Count, _augmentation), [Count, 3]));
        _epoch = epoch;
    }

    // [seeds,…] on the device.
    private Tensor Drawn(Func<ulong, Tensor> draw) => stack(_seeds.Select(draw)).to(_set.Images.device).to(ScalarType.Int64).DetachFromDisposeScope();

    // images: [B,C,H,W] bytes; draws: [B,3] row, column, mirrored.
    private Tensor Vary(Tensor images, Tensor draws)
    {
        var padding = _augmentation!.Padding;
        var padded = nn.functional.pad(images, [padding, padding, padding, padding], PaddingModes.Constant, 0);

        // Where each pixel lies in the flat padded plane: [B,3]·[3,H·W] + [1,H·W] → [B,1,H·W] → [B,C,H·W].
        var flat = Ops.AddInPlace((draws.unsqueeze(2) * _shifts!).sum(1, keepdim: true), _places!);
        var (channels, pixels) = (Shape.Channels, Shape.Height * Shape.Width);
        return padded.view(images.size(0), channels, -1).gather(2, flat.expand(images.size(0), channels, pixels)).view(images.size(0), channels, Shape.Height, Shape.Width);
    }

    // Places: [1,H·W] of pixel (y, x) in a padded plane, uncut. Shifts: [3,H·W], by how much a row, a column and the mirror move it; mirrored columns run W-1 … 0.
    private static (Tensor Places, Tensor Shifts) Indices(ImageShape shape, int padding, Device device)
    {
        var (width, pixels) = (shape.Width + 2 * padding, shape.Height * shape.Width);
        var places = Enumerable.Range(0, pixels).Select(i => (long)(i / shape.Width * width + i % shape.Width));
        var shifts = Enumerable.Range(0, 3 * pixels).Select(i => (i / pixels) switch { 0 => width, 1 => 1L, _ => shape.Width - 1 - 2 * (i % shape.Width) });
        return (tensor([.. places], [1, pixels]).to(device).DetachFromDisposeScope(), tensor([.. shifts], [3, pixels]).to(device).DetachFromDisposeScope());
    }
}
