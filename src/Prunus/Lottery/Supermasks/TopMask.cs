using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Supermasks;

/// <summary>Masks of the highest scores, on the device and without waiting for it.</summary>
public static class TopMask
{
    /// <summary>Drops the lowest of each row; of equal ones those at lower indices go first.</summary>
    /// <param name="scores">[rows,n], no NaN.</param>
    /// <param name="dropped">How many go, 0 to n.</param>
    /// <returns>[rows,n] of the scores' type: 0 dropped, 1 kept.</returns>
    public static Tensor Of(Tensor scores, long dropped)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        if (dropped <= 0 || dropped >= scores.size(1))
        {
            return (dropped <= 0 ? ones_like(scores) : zeros_like(scores)).MoveToOuterDisposeScope();
        }

        var last = Lowest(scores, dropped);
        var below = scores.lt(last);
        var equal = scores.eq(last);
        var room = Ops.AddInPlace(below.sum(1, keepdim: true).neg(), dropped);
        var goes = below.logical_or(equal.logical_and(equal.cumsum(1).le(room)));
        return goes.logical_not().to(scores.dtype).MoveToOuterDisposeScope();
    }

    // The highest of those that go. libtorch selects a rank quickly on a CPU; on a GPU it gives one block to a row, and sorting is quicker.
    private static Tensor Lowest(Tensor scores, long dropped) => scores.device_type == DeviceType.CUDA
        ? scores.sort(1).Values.narrow(1, dropped - 1, 1)
        : scores.kthvalue(dropped, 1, keepdim: true).values;
}
