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
        return (dropped <= 0 ? ones_like(scores)
            : dropped >= scores.size(1) ? zeros_like(scores)
            : scores.device_type == DeviceType.CPU && scores.dtype == ScalarType.Float32 ? Counted(scores.contiguous(), dropped)
            : Ops.KeepHighest(scores, dropped)).MoveToOuterDisposeScope();
    }

    private static Tensor Counted(Tensor scores, long dropped)
    {
        var mask = empty_like(scores);
        var n = checked((int)scores.size(1));
        for (var row = 0; row < (int)scores.size(0); row++)
        {
            RankSelect.Keep(TensorMemory.Span<float>(scores).Slice(row * n, n), (int)dropped, TensorMemory.Span<float>(mask).Slice(row * n, n));
        }

        return mask;
    }
}
