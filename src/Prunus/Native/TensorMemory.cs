using System.Runtime.CompilerServices;
using TorchSharp;

namespace Prunus.Native;

/// <summary>A tensor's own memory, without a copy.</summary>
public static unsafe class TensorMemory
{
    private static readonly delegate* unmanaged<nint, nint> Data = (delegate* unmanaged<nint, nint>)Libtorch.Symbol("wrapper", "THSTensor_data");

    /// <summary>Address of the first element (of the view, not of its storage); on the device for a CUDA tensor.</summary>
    public static nint Address(torch.Tensor tensor) => Data(tensor.Handle);

    /// <summary>Elements of a contiguous CPU tensor, row-major. Valid as long as the tensor lives.</summary>
    /// <exception cref="ArgumentException">Not on the CPU, not contiguous, or T has another size than the tensor's elements.</exception>
    /// <exception cref="OverflowException">More than 2^31-1 elements: use <see cref="Address"/>.</exception>
    public static Span<T> Span<T>(torch.Tensor tensor)
        where T : unmanaged
    {
        if (tensor.device_type != DeviceType.CPU || !tensor.is_contiguous())
        {
            throw new ArgumentException("only a contiguous CPU tensor has a span", nameof(tensor));
        }

        if (tensor.element_size() != Unsafe.SizeOf<T>())
        {
            throw new ArgumentException($"{tensor.dtype} elements don't fit {typeof(T).Name}", nameof(tensor));
        }

        return new((void*)Address(tensor), checked((int)tensor.numel()));
    }
}
