using Prunus.Lottery.Masks;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Strong;

/// <summary>A pair of random layers under its masks: a first layer with n outputs for every one of the target's, ReLU under the law <c>theorem</c>, and the blocks on the diagonal of a
/// second, 1×1 layer (ones under the law <c>independent</c>).</summary>
internal sealed class PairLayer : IDisposable
{
    private readonly Tensor _first, _second;
    private readonly Tensor? _bias;

    /// <param name="random">The random numbers.</param>
    /// <param name="weight">Mask on U.</param>
    /// <param name="bias">Mask on U's bias; null without one.</param>
    /// <param name="type">Float32 or Float64.</param>
    public PairLayer(RandomLayer random, Mask weight, Mask? bias, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var (layer, n) = (random.Layer, random.Samples);
        long filters = n * layer.Shape[0];
        long[] kernel = layer.Shape.Count > 2 ? [.. layer.Shape.Skip(2)] : [1, 1];
        Rectifies = random.Law.HasSecondLayer;
        _first = Made(Kept(weight, random.First), [filters, layer.Shape[1], .. kernel]);
        _bias = bias is null ? null : Made(Kept(bias, random.Bias), [filters]);
        var second = new double[filters * layer.Outputs];
        for (var filter = 0; filter < filters; filter++)
        {
            second[(filter / n * filters) + filter] = random.Second(filter / n, filter % n);
        }

        _second = Made(second, [layer.Outputs, filters, 1, 1]);

        Tensor Made(double[] values, long[] shape) => tensor(values, shape, ScalarType.Float64).to(type).DetachFromDisposeScope();
    }

    /// <summary>Whether ReLU lies between both layers.</summary>
    public bool Rectifies { get; set; }

    /// <summary>U⊙S [n·out,in,…].</summary>
    public Tensor First => _first;

    /// <summary>What is kept of U's bias [n·out]; null without one.</summary>
    public Tensor? Bias => _bias;

    /// <summary>V⊙T [out,n·out,1,1].</summary>
    public Tensor Second => _second;

    /// <summary>[N,in,H,W] → [N,out,H',W'], owned by the caller's dispose scope.</summary>
    public Tensor Forward(Tensor x, int stride = 1, int padding = 0)
    {
        using var scope = NewDisposeScope();
        var h = Ops.Convolve(x, _first, _bias, stride, padding);
        return Ops.Convolve(Rectifies ? nn.functional.relu(h) : h, _second, bias: null).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _first.Dispose();
        _bias?.Dispose();
        _second.Dispose();
    }

    private static double[] Kept(Mask mask, Func<long, double> value)
    {
        var values = new double[mask.Count];
        foreach (var i in mask.KeptIndices())
        {
            values[i] = value(i);
        }

        return values;
    }
}
