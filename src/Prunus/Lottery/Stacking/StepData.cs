using Prunus.Batches;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Stacking;

/// <summary>Fills the examples of a step: [members,batch], row by row. A pure function of the step.</summary>
public delegate void StepOrder(int step, Span<int> examples);

/// <summary>What a stepper trains on: a whole set on the device, and which examples of it make up each step's batches.</summary>
/// <param name="Inputs">[count,…] float32, contiguous, normalised.</param>
/// <param name="Labels">[count] int64 classes on the same device.</param>
/// <param name="BatchSize">Examples of each member's batch.</param>
/// <param name="Order">Examples of each step.</param>
public sealed record StepData(Tensor Inputs, Tensor Labels, int BatchSize, StepOrder Order) : IDisposable
{
    /// <summary>A set of images; member m sees the batches of <see cref="ImageBatches"/> with seed m, unvaried.</summary>
    /// <param name="set">The images; they shall lie there a second time, as 4 bytes a pixel.</param>
    /// <param name="batchSize">Examples of a batch.</param>
    /// <param name="seeds">Of each member's order.</param>
    /// <exception cref="PrunusInputException">The batch is larger than the set.</exception>
    public static StepData Of(DeviceImages set, int batchSize, IReadOnlyList<ulong> seeds)
    {
        using var batches = new ImageBatches(set, batchSize, [0]);
        using var scope = NewDisposeScope();
        var all = Enumerable.Range(0, (set.Count + batchSize - 1) / batchSize).Select(i => batches.InOrder(i * batchSize)).ToList();
        return new(
            cat([.. all.Select(b => b.Images)]).DetachFromDisposeScope(), cat([.. all.Select(b => b.Labels)]).DetachFromDisposeScope(),
            batchSize, new EpochOrder(seeds, set.Count, batchSize).Fill);
    }

    public void Dispose()
    {
        Inputs.Dispose();
        Labels.Dispose();
    }
}

/// <summary>Epochs of each member in an order of its own, drawn as <see cref="ImageBatches"/> draws it.</summary>
/// <param name="seeds">One for each member; equal seeds give equal orders.</param>
/// <param name="count">Examples of the set.</param>
/// <param name="batchSize">Examples of a batch; an epoch's last ones that fill none are left out.</param>
public sealed class EpochOrder(IReadOnlyList<ulong> seeds, int count, int batchSize)
{
    private readonly ulong[] _distinct = [.. seeds.Distinct()];
    private Dictionary<ulong, int[]> _orders = [];
    private int _epoch = -1;

    /// <summary>As <see cref="StepOrder"/>.</summary>
    public void Fill(int step, Span<int> examples)
    {
        var perEpoch = count / batchSize;
        if (step / perEpoch != _epoch)
        {
            _epoch = step / perEpoch;
            _orders = _distinct.AsParallel().Select(s => (Seed: s, Order: EpochDraws.Order(s, (uint)_epoch, count))).ToDictionary(o => o.Seed, o => o.Order);
        }

        for (var m = 0; m < seeds.Count; m++)
        {
            _orders[seeds[m]].AsSpan(step % perEpoch * batchSize, batchSize).CopyTo(examples[(m * batchSize)..]);
        }
    }
}
