using Prunus.Native.Cuda;
using TorchSharp;

namespace Prunus.Native;

/// <content>Gradients by autograd.</content>
public static partial class Ops
{
    /// <summary>
    /// Gradients of outputs at inputs. TorchSharp's own <c>autograd.grad</c> ends the process where libtorch fails on the way back, for want of device memory say; from here that comes as
    /// an exception like any other.
    /// </summary>
    /// <param name="outputs">What is followed back.</param>
    /// <param name="inputs">They require gradients, and each has a part in the outputs.</param>
    /// <param name="upstream">Gradients at the outputs, or null: outputs have one element.</param>
    /// <param name="createGraph">Whether gradients may be followed back in turn; the outputs then, too, once more.</param>
    /// <returns>In the order of the inputs, owned by the caller's dispose scope.</returns>
    /// <exception cref="LibtorchException">libtorch fails.</exception>
    public static torch.Tensor[] Gradients(torch.Tensor[] outputs, torch.Tensor[] inputs, torch.Tensor[]? upstream = null, bool createGraph = false)
    {
        using var gate = outputs[0].is_cuda ? CaptureGate.Pass() : null;
        return OpsScript.Tensors("gradients", outputs, inputs, upstream ?? [], createGraph);
    }
}
