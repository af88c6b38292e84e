using Prunus.Decoders;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Pruning;

/// <summary>
/// Activation-based importance (Muralidharan et al. 2024, section 2.2) and Block Influence in one sweep of forward passes. Streaming: nothing is kept
/// but a float64 sum per unit, and no score depends on how sequences are batched. The output head is never run.
/// </summary>
public sealed class ImportanceSweep : IDisposable
{
    private readonly Decoder _donor;
    private readonly SweepOptions _options;
    private readonly Dictionary<Statistic, (SequenceMoments Moments, List<Tensor> Pass)> _statistics;
    private readonly ResidualCosines? _cosines;
    private readonly List<(string Name, int Length)> _layout = [];
    private readonly HashSet<DecoderSite> _sites;
    private readonly bool _channels, _heads, _groups;
    private readonly ScalarType? _precision;
    private long _tokens;
    private bool _laidOut;

    public ImportanceSweep(Decoder donor, SweepOptions? options = null)
    {
        (_donor, _options) = (donor, options ?? new SweepOptions());
        _statistics = _options.Aggregations.Select(a => a.Sequence).Distinct().ToDictionary(s => s, _ => (new SequenceMoments(), new List<Tensor>()));
        _cosines = Wants(Reading.BlockInfluence) ? new ResidualCosines() : null;
        _channels = Wants(Reading.AttentionChannel, Reading.HeadModelOpt, Reading.GroupModelOptNorm);
        _heads = Wants(Reading.HeadPaper, Reading.GroupHeadSum);
        _groups = Wants(Reading.GroupNorm);
        _sites = [.. Sites()];

        // A variance over sequences is a small difference of large numbers: float32 inside the sequence would show in it.
        _precision = _options.Aggregations.Any(a => a.Batch == Statistic.Variance) ? ScalarType.Float64
            : donor.Type == ScalarType.Float32 ? null : ScalarType.Float32;
    }

    /// <summary>Sweeps over calibration batches.</summary>
    /// <param name="donor">The model to score.</param>
    /// <param name="batches">Token ids [sequences, tokens], int64, without padding; sizes may differ from batch to batch.</param>
    /// <param name="options">What to collect.</param>
    /// <param name="progress">Gets the number of tokens done.</param>
    /// <param name="cancellation">Checked between passes.</param>
    /// <exception cref="PrunusInputException">There is nothing to calibrate on.</exception>
    public static Scores Run(Decoder donor, IEnumerable<Tensor> batches, SweepOptions? options = null, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        using var sweep = new ImportanceSweep(donor, options);
        foreach (var batch in batches)
        {
            foreach (var pass in batch.split(Math.Max(1, sweep._options.TokensPerPass / Math.Max(1, batch.size(1)))))
            {
                using var rows = pass;
                cancellation.ThrowIfCancellationRequested();
                sweep.Add(rows);
                progress?.Report(sweep._tokens);
            }
        }

        return sweep.Finish();
    }

    /// <summary>Runs a batch [sequences, tokens] and adds what it shows.</summary>
    public void Add(Tensor ids)
    {
        if (ids.numel() == 0)
        {
            return;
        }

        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        _donor.Body(ids.to(_donor.Device), Visit);
        foreach (var (statistic, (moments, pass)) in _statistics)
        {
            if (pass.Count > 0)
            {
                var reduced = cat(pass, 1);
                moments.Add(statistic == Statistic.Mean ? reduced / ids.size(1) : reduced);
                pass.ForEach(t => t.Dispose());
                pass.Clear();
            }
        }

        _cosines?.EndPass();
        _laidOut = true;
        _tokens += ids.numel();
    }

    /// <summary>The scores of all sequences so far.</summary>
    /// <exception cref="PrunusInputException">There were none.</exception>
    public Scores Finish()
    {
        if (_tokens == 0)
        {
            throw new PrunusInputException("calibration", "holds no tokens", "give a longer text");
        }

        var values = new Dictionary<string, double[]>(StringComparer.Ordinal);
        foreach (var aggregation in _options.Aggregations)
        {
            if (_layout.Count > 0)
            {
                var all = _statistics[aggregation.Sequence].Moments.Aggregate(aggregation.Batch);
                ScoreDerivation.Add(values, Split(all), _donor.Config, _options.Readings, aggregation.Suffix);
            }
        }

        if (_cosines is not null)
        {
            values[Reading.BlockInfluence.Id] = _cosines.Influence();
        }

        return new Scores(values, null, _statistics.Values.Max(s => s.Moments.Count), _tokens);
    }

    public void Dispose()
    {
        foreach (var (moments, pass) in _statistics.Values)
        {
            moments.Dispose();
            pass.ForEach(t => t.Dispose());
        }

        _cosines?.Dispose();
    }

    private Dictionary<string, double[]> Split(double[] all)
    {
        var measured = new Dictionary<string, double[]>(StringComparer.Ordinal);
        var start = 0;
        foreach (var (name, length) in _layout)
        {
            measured[name] = all[start..(start + length)];
            start += length;
        }

        return measured;
    }

    private bool Wants(params Reading[] readings) => readings.Any(r => _options.Readings.Contains(r));

    private IEnumerable<DecoderSite> Sites()
    {
        if (Wants(Reading.HiddenIn, Reading.HiddenInFinal, Reading.HiddenAll, Reading.Norms))
        {
            yield return DecoderSite.NormAttentionIn;
            yield return DecoderSite.NormMlpIn;
        }

        if (Wants(Reading.HiddenAll, Reading.Norms))
        {
            yield return DecoderSite.NormAttentionPost;
            yield return DecoderSite.NormMlpPost;
        }

        if (Wants(Reading.HiddenInFinal, Reading.HiddenAll, Reading.Norms))
        {
            yield return DecoderSite.NormFinal;
        }

        foreach (var (reading, site) in new[] { (Reading.FfnAct, DecoderSite.FfnActivation), (Reading.FfnPre, DecoderSite.FfnUp), (Reading.FfnPreGate, DecoderSite.FfnGate) })
        {
            if (Wants(reading))
            {
                yield return site;
            }
        }
    }

    private Tensor Visit(DecoderSite site, int layer, Tensor value)
    {
        if (_cosines is not null && site is DecoderSite.Embedding or DecoderSite.LayerOutput)
        {
            _cosines?.See(value);
        }
        else if (site == DecoderSite.AttentionHeads)
        {
            VisitHeads(layer, value);
        }
        else if (_sites.Contains(site))
        {
            Measure(ScoreDerivation.Name(site, layer), value);
        }

        return value;
    }

    private void VisitHeads(int layer, Tensor value)
    {
        using var scope = NewDisposeScope();
        if (_channels)
        {
            Measure($"L{layer}.{Reading.AttentionChannel.Id}", value);
        }

        if (!_heads && !_groups)
        {
            return;
        }

        var (batch, tokens, shape) = (value.size(0), value.size(1), _donor.Config.Layers[layer]);
        var norms = linalg.vector_norm(Precise(value).view(batch, tokens, shape.QueryHeads, _donor.Config.HeadDim), 2, [-1]);
        if (_heads)
        {
            Measure($"L{layer}.{Reading.HeadPaper.Id}", norms);
        }

        if (_groups)
        {
            Measure($"L{layer}.{Reading.GroupNorm.Id}", linalg.vector_norm(norms.view(batch, tokens, shape.KvGroups, -1), 2, [-1]));
        }
    }

    // Values [B,T,units] → one number per sequence and unit for each statistic in use.
    private void Measure(string name, Tensor values)
    {
        if (!_laidOut)
        {
            _layout.Add((name, (int)values.size(2)));
        }

        using var scope = NewDisposeScope();
        var x = Precise(values);
        foreach (var (statistic, (_, pass)) in _statistics)
        {
            // The mean is a sum until the pass ends: all its sequences have the same length.
            var reduced = statistic switch
            {
                Statistic.Mean => linalg.vector_norm(x, 1, [1]),
                Statistic.L2 => linalg.vector_norm(x, 2, [1]),
                _ => x.var([1], unbiased: false),
            };
            pass.Add(reduced.DetachFromDisposeScope());
        }
    }

    private Tensor Precise(Tensor values) => _precision is { } type ? values.to(type) : values;
}
