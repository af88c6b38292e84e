using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Pruning;

/// <summary>Block Influence (Men et al. 2024, formula 1): 1 - mean over all tokens of cos(h_i, h_{i+1}), h being the residual stream between layers.</summary>
internal sealed class ResidualCosines : IDisposable
{
    private Tensor? _norms, _products, _previous, _sum;
    private int _seen;
    private long _tokens;

    /// <summary>Makes room for a pass of [sequences, tokens].</summary>
    public void BeginPass(int layers, long sequences, long tokens, Device device)
    {
        Clear();
        _norms = empty([layers + 1, sequences, tokens], ScalarType.Float32, device).DetachFromDisposeScope();
        _products = empty([layers, sequences, tokens], ScalarType.Float32, device).DetachFromDisposeScope();
    }

    /// <summary>Takes the residual stream of the running pass, layer after layer: [B,T,hidden].</summary>
    public void See(Tensor stream)
    {
        using var scope = NewDisposeScope();
        var current = stream.to(ScalarType.Float32);
        _norms![_seen].copy_(Ops.VectorNorm(current, 2, -1));
        if (_previous is not null)
        {
            _products![_seen - 1].copy_((current * _previous).sum(-1));
            _previous.Dispose();
        }

        _previous = current.alias().DetachFromDisposeScope();
        _seen++;
    }

    /// <summary>Ends the pass: adds its cosines to the sums.</summary>
    public void EndPass()
    {
        using var scope = NewDisposeScope();
        var layers = _products!.size(0);
        var cosines = _products / (_norms!.narrow(0, 0, layers) * _norms.narrow(0, 1, layers));
        var sum = cosines.to(ScalarType.Float64).sum([1, 2]);
        _tokens += cosines.size(1) * cosines.size(2);
        if (_sum is null)
        {
            _sum = sum.DetachFromDisposeScope();
        }
        else
        {
            Ops.AddInPlace(_sum, sum);
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
        _norms?.Dispose();
        _products?.Dispose();
        _previous?.Dispose();
        (_norms, _products, _previous, _seen) = (null, null, null, 0);
    }
}
