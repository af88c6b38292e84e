using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Pruning;

/// <summary>The statistics of every measured unit: over the tokens of a sequence within a pass, then over sequences from pass to pass.</summary>
internal sealed class SequenceStatistics : IDisposable
{
    private readonly MeasuredUnits _units;
    private readonly Dictionary<Statistic, SequenceMoments> _moments;
    private readonly Dictionary<Statistic, Tensor> _pass = [];
    private readonly ScalarType? _precision;

    /// <param name="units">What is measured.</param>
    /// <param name="aggregations">Which statistics the results need.</param>
    /// <param name="type">The donor's type.</param>
    public SequenceStatistics(MeasuredUnits units, IReadOnlyList<Aggregation> aggregations, ScalarType type)
    {
        _units = units;
        _moments = aggregations.Select(a => a.Sequence).Distinct().ToDictionary(s => s, _ => new SequenceMoments());

        // A variance over sequences is a small difference of large numbers: float32 inside the sequence would show in it.
        _precision = aggregations.Any(a => a.Batch == Statistic.Variance) ? ScalarType.Float64
            : type == ScalarType.Float32 ? null : ScalarType.Float32;
    }

    /// <summary>Sequences seen.</summary>
    public long Count => _moments.Values.Max(s => s.Count);

    /// <summary>Makes room for a pass, in the caller's dispose scope.</summary>
    public void BeginPass(long sequences, Device device)
    {
        foreach (var statistic in _moments.Keys)
        {
            // One tensor for all results: small ones that outlive their layer would split the freed memory between layers.
            _pass[statistic] = empty([sequences, _units.Count], _precision ?? ScalarType.Float32, device);
        }
    }

    /// <summary>Reduces values [B,T,units] to one number per sequence and unit for each statistic in use.</summary>
    public void Measure(string name, Tensor values)
    {
        var (start, length) = _units.Layout[name];
        using var scope = NewDisposeScope();
        var x = Precise(values);
        foreach (var (statistic, pass) in _pass)
        {
            // The mean is a sum until the pass ends: all its sequences have the same length.
            var reduced = statistic switch
            {
                Statistic.Mean => Ops.VectorNorm(x, 1, 1),
                Statistic.L2 => Ops.VectorNorm(x, 2, 1),
                _ => x.var([1], unbiased: false),
            };
            pass.narrow(1, start, length).copy_(reduced);
        }
    }

    /// <summary>Values in the type that sums are taken in.</summary>
    public Tensor Precise(Tensor values) => _precision is { } type ? values.to(type) : values;

    /// <summary>Ends a pass of sequences that are <paramref name="tokens"/> long: adds its numbers to the moments.</summary>
    public void EndPass(long tokens)
    {
        foreach (var (statistic, moments) in _moments)
        {
            moments.Add(statistic == Statistic.Mean ? Ops.DivideInPlace(_pass[statistic].clone(), tokens) : _pass[statistic]);
        }
    }

    /// <summary>The scores of every measurement under one aggregation, by name.</summary>
    public Dictionary<string, double[]> Aggregate(Aggregation aggregation)
    {
        var all = _moments[aggregation.Sequence].Aggregate(aggregation.Batch);
        return _units.Layout.ToDictionary(m => m.Key, m => all.AsSpan(m.Value.Start, m.Value.Length).ToArray(), StringComparer.Ordinal);
    }

    public void Dispose()
    {
        foreach (var moments in _moments.Values)
        {
            moments.Dispose();
        }
    }
}
