using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Decoders;

/// <summary>Keys and values of past tokens, per layer [B,kv,T,head_dim]; buffers double as they fill.</summary>
public sealed class KeyValueCache : IDisposable
{
    private readonly Dictionary<int, (Tensor Keys, Tensor Values)> _layers = [];

    /// <summary>Tokens held.</summary>
    public int Length { get; private set; }

    /// <summary>Appends a layer's new keys and values and returns all of them.</summary>
    internal (Tensor Keys, Tensor Values) Append(int layer, Tensor keys, Tensor values)
    {
        var added = (int)keys.size(2);
        var needed = Length + added;
        if (!_layers.TryGetValue(layer, out var buffers) || buffers.Keys.size(2) < needed)
        {
            var grown = (Enlarged(buffers.Keys, keys, needed), Enlarged(buffers.Values, values, needed));
            buffers.Keys?.Dispose();
            buffers.Values?.Dispose();
            _layers[layer] = buffers = grown;
        }

        buffers.Keys!.narrow(2, Length, added).copy_(keys);
        buffers.Values!.narrow(2, Length, added).copy_(values);
        return (buffers.Keys.narrow(2, 0, needed), buffers.Values.narrow(2, 0, needed));
    }

    /// <summary>Counts tokens as held once every layer has appended them.</summary>
    internal void Advance(int tokens) => Length += tokens;

    /// <summary>A new cache whose sequence i goes on from sequence <paramref name="sources"/>[i] of this one.</summary>
    /// <param name="sources">[N] int64: indices of sequences held here, any number of times.</param>
    /// <param name="room">Tokens that will be appended to each.</param>
    public KeyValueCache Branch(Tensor sources, int room)
    {
        using var scope = NewDisposeScope();
        var branch = new KeyValueCache { Length = Length };
        foreach (var (layer, (keys, values)) in _layers)
        {
            branch._layers[layer] = (Copied(keys), Copied(values));
        }

        return branch;

        Tensor Copied(Tensor old)
        {
            var copy = empty([sources.size(0), old.size(1), Length + room, old.size(3)], old.dtype, old.device).DetachFromDisposeScope();
            copy.narrow(2, 0, Length).copy_(old.narrow(2, 0, Length).index_select(0, sources));
            return copy;
        }
    }

    private Tensor Enlarged(Tensor? old, Tensor like, int needed)
    {
        var grown = empty([like.size(0), like.size(1), Math.Max(64, needed * 2L), like.size(3)], like.dtype, like.device).DetachFromDisposeScope();
        if (old is not null)
        {
            grown.narrow(2, 0, Length).copy_(old.narrow(2, 0, Length));
        }

        return grown;
    }

    public void Dispose()
    {
        foreach (var (keys, values) in _layers.Values)
        {
            keys.Dispose();
            values.Dispose();
        }

        _layers.Clear();
    }
}
