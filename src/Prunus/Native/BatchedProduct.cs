using TorchSharp;

namespace Prunus.Native;

/// <summary>Batched product into memory that is there already, which TorchSharp has no method for: nothing is allocated, so that it may be captured in a CUDA graph.</summary>
internal static unsafe class BatchedProduct
{
    private static readonly delegate* unmanaged<nint, nint, nint, nint> Call =
        (delegate* unmanaged<nint, nint, nint, nint>)Libtorch.Symbol(LibtorchLocation.CpuLibrary, "_ZN2at4_ops7bmm_out4callERKNS_6TensorES4_RS2_");

    /// <summary>out = a·b. A fault in libtorch would end the process, so shapes are looked at here.</summary>
    /// <param name="a">[M,n,k], any strides; no gradient.</param>
    /// <param name="b">[M,k,p], any strides; no gradient.</param>
    /// <param name="result">[M,n,p] contiguous, of the same type and device.</param>
    public static void Into(torch.Tensor a, torch.Tensor b, torch.Tensor result)
    {
        if (a.dim() != 3 || b.dim() != 3 || result.dim() != 3 || a.size(0) != b.size(0) || a.size(2) != b.size(1) || result.size(0) != a.size(0)
            || result.size(1) != a.size(1) || result.size(2) != b.size(2) || a.dtype != result.dtype || b.dtype != result.dtype
            || a.requires_grad || b.requires_grad || result.requires_grad)
        {
            throw new ArgumentException("shapes or types of a batched product don't fit", nameof(result));
        }

        Call(a.Handle, b.Handle, result.Handle);
    }
}
