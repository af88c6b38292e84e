using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery;

/// <summary>
/// A net whose pruned weights are held at values instead of 0 (Zhou et al. 2019, arXiv 1905.01067, "mask-0 actions"): what is trained are the weights that masks keep, and the pass
/// adds the others. Nothing decays or moves them.
/// </summary>
internal sealed class FrozenNet : ITicketNet
{
    /// <summary>Takes ownership of the tensors.</summary>
    /// <param name="net">0 where masks prune; not owned.</param>
    /// <param name="frozen">By name and of the shape of weights: 0 where masks keep.</param>
    public FrozenNet(ITicketNet net, IReadOnlyDictionary<string, Tensor> frozen) =>
        (Net, Held) = (net, frozen.ToDictionary(f => f.Key, f => f.Value.DetachFromDisposeScope()));

    /// <summary>What is trained: 0 where masks prune.</summary>
    internal ITicketNet Net { get; }

    /// <summary>What pruned weights are held at, by name.</summary>
    internal IReadOnlyDictionary<string, Tensor> Held { get; }

    public string Architecture => Net.Architecture + " frozen";

    public IReadOnlyList<TicketTensor> Tensors => Net.Tensors;

    public int Members => Net.Members;

    public bool IsStacked => Net.IsStacked;

    public IReadOnlyDictionary<string, Tensor> Parameters => Net.Parameters;

    public IReadOnlyDictionary<string, Tensor> Buffers => Net.Buffers;

    public Tensor Forward(Tensor inputs, bool training = false, IReadOnlyDictionary<string, Tensor>? instead = null)
    {
        using var scope = NewDisposeScope();
        var weights = Net.Parameters.Keys.Where(name => Held.ContainsKey(name) || instead?.ContainsKey(name) == true).ToDictionary(name => name, Whole);
        return Net.Forward(inputs, training, weights).MoveToOuterDisposeScope();

        Tensor Whole(string name)
        {
            var own = instead is not null && instead.TryGetValue(name, out var other) ? other : Net.Parameters[name];
            return Held.TryGetValue(name, out var frozen) ? Native.Ops.Add(own, frozen) : own;
        }
    }

    public void Dispose()
    {
        foreach (var tensor in Held.Values)
        {
            tensor.Dispose();
        }
    }
}
