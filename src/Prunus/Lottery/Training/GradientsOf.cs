using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Training;

/// <summary>Takes gradients of what a net learns, until it is disposed.</summary>
internal interface IGradients : IDisposable
{
    /// <summary>Gradients of a loss, in the order of the net's parameters, owned by the caller's dispose scope; the caller may change them.</summary>
    /// <param name="losses">[], or [members] with <paramref name="ones"/> [members]: of their sum then.</param>
    /// <param name="ones">Null for a loss [].</param>
    Tensor[] Of(Tensor losses, Tensor? ones = null);
}

/// <summary>A net that has a shorter way to gradients than through its whole pass.</summary>
internal interface IOwnGradients
{
    /// <summary>From here on passes that train are made for this way.</summary>
    IGradients Learn();
}

/// <summary>Takes gradients of some tensors; they require them as long as this lives.</summary>
internal sealed class GradientsOf : IGradients
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

    public Tensor[] Of(Tensor losses, Tensor? ones = null) => Ops.Gradients([losses], _tensors, ones is null ? null : [ones]);

    public void Dispose()
    {
        foreach (var tensor in _tensors)
        {
            tensor.requires_grad = false;
        }
    }
}
