using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Pruning;

/// <summary>
/// Mean and sum of squared deviations over all calibration sequences, merged batch by batch (Chan, Golub and LeVeque 1979), in float64 on the
/// values' device. Mean, L2 and variance over sequences all follow from the two, so one pass serves every batch statistic.
/// </summary>
internal sealed class SequenceMoments : IDisposable
{
    private Tensor? _mean, _deviations;

    /// <summary>Sequences seen.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a batch: [sequences, units], not negative.</summary>
    public void Add(Tensor values)
    {
        using var scope = NewDisposeScope();
        var x = values.to(ScalarType.Float64);
        var added = x.size(0);
        var mean = x.mean([0]);
        var deviations = Ops.Square(x - mean).sum(dim: 0);
        if (_mean is null)
        {
            (_mean, _deviations, Count) = (mean.DetachFromDisposeScope(), deviations.DetachFromDisposeScope(), added);
            return;
        }

        var delta = mean - _mean;
        var total = Count + added;
        Ops.AddInPlace(_mean, Ops.Multiply(delta, (double)added / total));
        Ops.AddInPlace(Ops.AddInPlace(_deviations!, deviations), Ops.Multiply(Ops.Square(delta), (double)Count * added / total));
        Count = total;
    }

    /// <summary>The aggregate of every unit.</summary>
    public double[] Aggregate(Statistic batch)
    {
        using var scope = NewDisposeScope();
        var result = batch switch
        {
            Statistic.Mean => _mean!,
            Statistic.L2 => Ops.Add(_deviations!, Ops.Multiply(Ops.Square(_mean!), Count)).sqrt(),
            _ => Ops.Divide(_deviations!, Count),
        };
        return TensorMemory.Span<double>(result.cpu().contiguous()).ToArray();
    }

    public void Dispose()
    {
        _mean?.Dispose();
        _deviations?.Dispose();
    }
}
