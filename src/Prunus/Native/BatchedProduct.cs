using TorchSharp;

namespace Prunus.Native;

/// <summary>Batched product into memory that is there already, which TorchSharp has no method for: nothing is allocated, so that it may be captured in a CUDA graph.</summary>
internal static class BatchedProduct
{
    /// <summary>out = a·b.</summary>
    /// <param name="a">[M,n,k], any strides; no gradient.</param>
    /// <param name="b">[M,k,p], any strides; no gradient.</param>
    /// <param name="result">[M,n,p] contiguous, of the same type and device.</param>
    /// <exception cref="ArgumentException">Shapes or types don't fit.</exception>
    public static void Into(torch.Tensor a, torch.Tensor b, torch.Tensor result)
    {
        // libtorch would give the result other memory where its shape differs.
        if (a.dim() != 3 || b.dim() != 3 || result.dim() != 3 || a.size(0) != b.size(0) || a.size(2) != b.size(1) || result.size(0) != a.size(0)
            || result.size(1) != a.size(1) || result.size(2) != b.size(2) || a.dtype != result.dtype || b.dtype != result.dtype
            || a.requires_grad || b.requires_grad || result.requires_grad)
        {
            throw new ArgumentException("shapes or types of a batched product don't fit", nameof(result));
        }

        // Through a script, whose faults are exceptions: one that left a plain call into libtorch would end the process, and a recording may fail.
        OpsScript.Run("product", a, b, result);
    }
}
