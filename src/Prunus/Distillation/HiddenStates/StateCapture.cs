using Prunus.Decoders;
using TorchSharp;

namespace Prunus.Distillation.HiddenStates;

/// <summary>Keeps chosen values of one forward pass; nothing else outlives the pass.</summary>
internal sealed class StateCapture(IReadOnlySet<StatePlace> wanted) : IDisposable
{
    private readonly Dictionary<StatePlace, torch.Tensor> _states = [];

    public torch.Tensor this[StatePlace place] => _states[place];

    public torch.Tensor Visit(DecoderSite site, int layer, torch.Tensor value)
    {
        var place = new StatePlace(site, layer);
        if (wanted.Contains(place))
        {
            _states[place] = value.alias().DetachFromDisposeScope();
        }

        return value;
    }

    public void Dispose()
    {
        foreach (var state in _states.Values)
        {
            state.Dispose();
        }
    }
}
