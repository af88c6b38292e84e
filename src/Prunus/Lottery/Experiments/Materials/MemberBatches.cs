using Prunus.Batches;
using Prunus.Lottery.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Experiments.Materials;

/// <summary>Batches of nets that are trained together. Branches see the images of their ticket: a batch is made once for all members of an order.</summary>
internal sealed class MemberBatches : IDisposable
{
    private readonly ImageBatches _batches;
    private readonly Tensor? _orders;
    private readonly bool _stacked;

    /// <param name="images">The images, where batches are made.</param>
    /// <param name="training">Size of a batch, and whether images are varied.</param>
    /// <param name="seeds">Of each member's order; one for a net that is no stack.</param>
    public MemberBatches(DeviceImages images, TicketTraining training, IReadOnlyList<ulong> seeds)
    {
        var orders = seeds.Distinct().ToList();
        _batches = new ImageBatches(images, training.Batch, orders, training.Augment ? new AugmentationOptions() : null);
        _stacked = seeds.Count > 1;
        if (orders.Count < seeds.Count)
        {
            using var scope = NewDisposeScope();
            _orders = tensor(seeds.Select(s => (long)orders.IndexOf(s)).ToArray()).to(images.Images.device).DetachFromDisposeScope();
        }
    }

    /// <summary>Images [N,C,H,W] for a single net, [members,N,C,H,W] for a stack, in the caller's dispose scope.</summary>
    public TicketBatch Of(int step)
    {
        if (!_stacked)
        {
            return _batches.Train(step);
        }

        var each = _batches.TrainEach(step);
        return _orders is null ? each : new(each.Images.index_select(0, _orders), each.Labels.index_select(0, _orders));
    }

    public void Dispose()
    {
        _batches.Dispose();
        _orders?.Dispose();
    }
}
