using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery;

/// <summary>
/// A net whose pruned weights are held at values instead of 0 (Zhou et al. 2019, arXiv 1905.01067, "mask-0 actions"): what is trained are the weights that masks keep, and the pass
/// adds the others. Nothing decays or moves them.
/// </summary>
internal sealed class FrozenNet : ITicketNet
{
    private readonly ITicketNet _net;
    private readonly IReadOnlyDictionary<string, Tensor> _frozen;

    /// <summary>Takes ownership of the tensors.</summary>
    /// <param name="net">0 where masks prune; not owned.</param>
    /// <param name="frozen">By name and of the shape of weights: 0 where masks keep.</param>
    public FrozenNet(ITicketNet net, IReadOnlyDictionary<string, Tensor> frozen) =>
        (_net, _frozen) = (net, frozen.ToDictionary(f => f.Key, f => f.Value.DetachFromDisposeScope()));

    /// <summary>What is trained: 0 where masks prune.</summary>
    internal ITicketNet Net => _net;

    /// <summary>What pruned weights are held at, by name.</summary>
    internal IReadOnlyDictionary<string, Tensor> Held => _frozen;

    public string Architecture => _net.Architecture + " frozen";

    public IReadOnlyList<TicketTensor> Tensors => _net.Tensors;

    public int Members => _net.Members;

    public bool IsStacked => _net.IsStacked;

    public IReadOnlyDictionary<string, Tensor> Parameters => _net.Parameters;

    public IReadOnlyDictionary<string, Tensor> Buffers => _net.Buffers;

    public Tensor Forward(Tensor inputs, bool training = false, IReadOnlyDictionary<string, Tensor>? instead = null)
    {
        using var scope = NewDisposeScope();
        var weights = _net.Parameters.Keys.Where(name => _frozen.ContainsKey(name) || instead?.ContainsKey(name) == true).ToDictionary(name => name, Whole);
        return _net.Forward(inputs, training, weights).MoveToOuterDisposeScope();

        Tensor Whole(string name)
        {
            var own = instead is not null && instead.TryGetValue(name, out var other) ? other : _net.Parameters[name];
            return _frozen.TryGetValue(name, out var frozen) ? Native.Ops.Add(own, frozen) : own;
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _frozen.Values)
        {
            tensor.Dispose();
        }
    }
}
