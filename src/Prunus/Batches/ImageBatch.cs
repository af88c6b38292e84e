using TorchSharp;

namespace Prunus.Batches;

/// <summary>Some images of a set; owns its tensors unless a dispose scope does.</summary>
/// <param name="Images">[B,C,H,W] float32, normalised.</param>
/// <param name="Labels">[B] int64.</param>
public sealed record ImageBatch(torch.Tensor Images, torch.Tensor Labels) : IDisposable
{
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }
}
