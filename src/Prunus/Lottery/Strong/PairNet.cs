using Prunus.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Strong;

/// <summary>The pruned random net itself: for each layer of the target a masked random layer with n outputs for every one, ReLU under the law <c>theorem</c>, and the kept blocks of the
/// second, 1×1 layer (ones under the law <c>independent</c>). In exact arithmetic it computes what the net of summed weights does for inputs from 0 up.</summary>
public sealed class PairNet : IDisposable
{
    private readonly StrongTicket _ticket;
    private readonly Dictionary<string, PairLayer> _layers;
    private readonly Tensor _factor;

    /// <param name="ticket">The ticket.</param>
    /// <param name="type">Float32 or Float64.</param>
    public PairNet(StrongTicket ticket, ScalarType type)
    {
        Libtorch.Load();
        _ticket = ticket;
        _layers = ticket.Layers.ToDictionary(l => l.Name, l => new PairLayer(
            ticket.Random(l), ticket.Masks[RandomLayer.FirstWeight(l)], l.HasBias ? ticket.Masks[RandomLayer.FirstBias(l)] : null, type));
        _factor = tensor(Math.ScaleB(1, ticket.Exponents.Sum()), type).DetachFromDisposeScope();
    }

    /// <summary>The pairs by the names of the target's layers.</summary>
    internal IReadOnlyDictionary<string, PairLayer> Layers => _layers;

    /// <summary>Images to logits.</summary>
    /// <param name="images">[N,C,H,W] of the net's type, not negative.</param>
    /// <returns>[N,classes], owned by the caller's dispose scope.</returns>
    public Tensor Forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        var x = images;
        foreach (var step in _ticket.Config.Steps)
        {
            x = step switch
            {
                Convolution c => _layers[c.Name].Forward(x, c.Stride, c.Kernel / 2),
                Linear l => _layers[l.Name].Forward(x.unsqueeze(-1).unsqueeze(-1)).flatten(1),
                Relu => nn.functional.relu(x),
                MaxPool => nn.functional.max_pool2d(x, [2, 2]),
                AveragePool => x.mean([2, 3]),
                Flatten => x.flatten(1),
                _ => throw new InvalidOperationException(step.Name),
            };
        }

        return x.mul(_factor).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _factor.Dispose();
        foreach (var layer in _layers.Values)
        {
            layer.Dispose();
        }
    }
}
