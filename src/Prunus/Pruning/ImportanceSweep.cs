using Prunus.Decoders;
using Prunus.Native;
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
    private readonly Dictionary<Statistic, SequenceMoments> _statistics;
    private readonly ResidualCosines? _cosines;
    private readonly Dictionary<string, (int Start, int Length)> _layout = new(StringComparer.Ordinal);
    private readonly Dictionary<Statistic, Tensor> _pass = [];
    private readonly int _units;
    private readonly HashSet<DecoderSite> _sites;
    private readonly bool _channels, _heads, _groups;
    private readonly ScalarType? _precision;
    private long _tokens;

    public ImportanceSweep(Decoder donor, SweepOptions? options = null)
    {
        (_donor, _options) = (donor, options ?? new SweepOptions());
        _statistics = _options.Aggregations.Select(a => a.Sequence).Distinct().ToDictionary(s => s, _ => new SequenceMoments());
        _cosines = Wants(Reading.BlockInfluence) ? new ResidualCosines() : null;
        _channels = Wants(Reading.AttentionChannel, Reading.HeadModelOpt, Reading.GroupModelOptNorm);
        _heads = Wants(Reading.HeadPaper, Reading.GroupHeadSum);
        _groups = Wants(Reading.GroupNorm);
        _sites = [.. Sites()];
        foreach (var (name, length) in Measured())
        {
            _layout[name] = (_units, length);
            _units += length;
        }

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
            foreach (var pass in batch.split(sweep._options.SequencesPerPass(batch.size(1), donor.Device.type == DeviceType.CPU)))
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
        foreach (var statistic in _statistics.Keys)
        {
            // One tensor for all results: small ones that outlive their layer would split the freed memory between layers.
            _pass[statistic] = empty([ids.size(0), _units], _precision ?? ScalarType.Float32, _donor.Device);
        }

        _cosines?.BeginPass(_donor.Config.LayerCount, ids.size(0), ids.size(1), _donor.Device);
        _donor.Body(ids.to(_donor.Device), Visit);
        foreach (var (statistic, moments) in _statistics)
        {
            moments.Add(statistic == Statistic.Mean ? _pass[statistic] / ids.size(1) : _pass[statistic]);
        }

        _cosines?.EndPass();
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
            var all = _statistics[aggregation.Sequence].Aggregate(aggregation.Batch);
            var measured = _layout.ToDictionary(m => m.Key, m => all.AsSpan(m.Value.Start, m.Value.Length).ToArray(), StringComparer.Ordinal);
            ScoreDerivation.Add(values, measured, _donor.Config, _options.Readings, aggregation.Suffix);
        }

        if (_cosines is not null)
        {
            values[Reading.BlockInfluence.Id] = _cosines.Influence();
        }

        return new Scores(values, null, _statistics.Values.Max(s => s.Count), _tokens);
    }

    public void Dispose()
    {
        foreach (var moments in _statistics.Values)
        {
            moments.Dispose();
        }

        _cosines?.Dispose();
    }

    // Everything that is measured, with its number of units.
    private IEnumerable<(string Name, int Length)> Measured()
    {
        var config = _donor.Config;
        for (var i = 0; i < config.LayerCount; i++)
        {
            var layer = config.Layers[i];
            foreach (var (wanted, reading, length) in new[]
            {
                (_channels, Reading.AttentionChannel, layer.QueryHeads * config.HeadDim), (_heads, Reading.HeadPaper, layer.QueryHeads), (_groups, Reading.GroupNorm, layer.KvGroups),
            })
            {
                if (wanted)
                {
                    yield return ($"L{i}.{reading.Id}", length);
                }
            }

            foreach (var site in _sites.Where(s => s != DecoderSite.NormFinal))
            {
                yield return (ScoreDerivation.Name(site, i), site is DecoderSite.FfnActivation or DecoderSite.FfnUp or DecoderSite.FfnGate ? layer.Ffn : config.Hidden);
            }
        }

        if (_sites.Contains(DecoderSite.NormFinal))
        {
            yield return (ScoreDerivation.Name(DecoderSite.NormFinal, -1), config.Hidden);
        }
    }

    private bool Wants(params Reading[] readings) => readings.Any(r => _options.Readings.Contains(r));

    private IEnumerable<DecoderSite> Sites()
    {
        if (Wants(Reading.HiddenIn, Reading.HiddenInFinal, Reading.HiddenAll, Reading.Norms))
        {
            yield return DecoderSite.NormAttentionIn;
            yield return DecoderSite.NormMlpIn;
        }

        if (_donor.Config.PostNorms && Wants(Reading.HiddenAll, Reading.Norms))
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
            if (Wants(reading) && (site != DecoderSite.FfnGate || _donor.Config.Gated))
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
        var norms = Ops.VectorNorm(Precise(value).view(batch, tokens, shape.QueryHeads, _donor.Config.HeadDim), 2, -1);
        if (_heads)
        {
            Measure($"L{layer}.{Reading.HeadPaper.Id}", norms);
        }

        if (_groups)
        {
            Measure($"L{layer}.{Reading.GroupNorm.Id}", Ops.VectorNorm(norms.view(batch, tokens, shape.KvGroups, -1), 2, -1));
        }
    }

    // Values [B,T,units] → one number per sequence and unit for each statistic in use.
    private void Measure(string name, Tensor values)
    {
        var (start, length) = _layout[name];
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

    private Tensor Precise(Tensor values) => _precision is { } type ? values.to(type) : values;
}
