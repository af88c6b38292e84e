using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Universal;

/// <summary>Tensors in libtorch's own memory. A tensor of an array lies where the array does, and products of matrices depend in their last bits on the alignment of what they read: a repeated run would give other
/// bytes.</summary>
internal static class Aligned
{
    /// <summary>A copy of row-major numbers, owned by the caller's dispose scope.</summary>
    public static Tensor Of(double[] values, params long[] shape)
    {
        using var there = tensor(values, shape);
        return there.clone();
    }

    /// <summary>As <see cref="Of(double[], long[])"/>.</summary>
    public static Tensor Of(float[] values, params long[] shape)
    {
        using var there = tensor(values, shape);
        return there.clone();
    }
}
