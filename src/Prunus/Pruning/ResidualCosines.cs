using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Pruning;

/// <summary>Block Influence (Men et al. 2024, formula 1): 1 - mean over all tokens of cos(h_i, h_{i+1}), h being the residual stream between layers.</summary>
internal sealed class ResidualCosines : IDisposable
{
    private readonly List<Tensor> _norms = [], _products = [];
    private Tensor? _previous, _sum;
    private long _tokens;

    /// <summary>Takes the residual stream of the running pass, layer after layer: [B,T,hidden].</summary>
    public void See(Tensor stream)
    {
        using var scope = NewDisposeScope();
        var current = stream.to(ScalarType.Float32);
        _norms.Add(linalg.vector_norm(current, 2, [-1]).DetachFromDisposeScope());
        if (_previous is not null)
        {
            _products.Add((current * _previous).sum(-1).DetachFromDisposeScope());
            _previous.Dispose();
        }

        _previous = current.alias().DetachFromDisposeScope();
    }

    /// <summary>Ends the pass: adds its cosines to the sums.</summary>
    public void EndPass()
    {
        using var scope = NewDisposeScope();
        var norms = stack(_norms);
        var cosines = stack(_products) / (norms.narrow(0, 0, _products.Count) * norms.narrow(0, 1, _products.Count));
        var sum = cosines.to(ScalarType.Float64).sum([1, 2]);
        _tokens += cosines.size(1) * cosines.size(2);
        if (_sum is null)
        {
            _sum = sum.DetachFromDisposeScope();
        }
        else
        {
            _sum.add_(sum);
        }

        Clear();
    }

    /// <summary>The influence of each layer.</summary>
    public double[] Influence()
    {
        using var sum = _sum!.cpu();
        return [.. TensorMemory.Span<double>(sum).ToArray().Select(s => 1 - (s / _tokens))];
    }

    public void Dispose()
    {
        Clear();
        _sum?.Dispose();
    }

    private void Clear()
    {
        foreach (var tensor in _norms.Concat(_products))
        {
            tensor.Dispose();
        }

        _norms.Clear();
        _products.Clear();
        _previous?.Dispose();
        _previous = null;
    }
}
