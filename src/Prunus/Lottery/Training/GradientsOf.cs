using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Training;

/// <summary>Takes gradients of some tensors; they require them as long as this lives.</summary>
internal sealed class GradientsOf : IDisposable
{
    private readonly Tensor[] _tensors;

    public GradientsOf(IEnumerable<Tensor> tensors)
    {
        _tensors = [.. tensors];
        foreach (var tensor in _tensors)
        {
            tensor.requires_grad = true;
        }
    }

    /// <summary>Gradients of a loss, in the order of the tensors, owned by the caller's dispose scope.</summary>
    /// <param name="losses">[], or [members] with <paramref name="ones"/> [members]: of their sum then.</param>
    /// <param name="ones">Null for a loss [].</param>
    public Tensor[] Of(Tensor losses, Tensor? ones = null) => [.. autograd.grad([losses], _tensors, ones is null ? null : [ones])];

    public void Dispose()
    {
        foreach (var tensor in _tensors)
        {
            tensor.requires_grad = false;
        }
    }
}
