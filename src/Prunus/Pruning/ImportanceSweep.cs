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
    private readonly MeasuredUnits _units;
    private readonly SequenceStatistics _statistics;
    private readonly ResidualCosines? _cosines;
    private long _tokens;

    public ImportanceSweep(Decoder donor, SweepOptions? options = null)
    {
        (_donor, _options) = (donor, options ?? new SweepOptions());
        _units = new MeasuredUnits(donor.Config, _options.Readings);
        _statistics = new SequenceStatistics(_units, _options.Aggregations, donor.Type);
        _cosines = _options.Readings.Contains(Reading.BlockInfluence) ? new ResidualCosines() : null;
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
        _statistics.BeginPass(ids.size(0), _donor.Device);
        _cosines?.BeginPass(_donor.Config.LayerCount, ids.size(0), ids.size(1), _donor.Device);
        _donor.Body(ids.to(_donor.Device), Visit);
        _statistics.EndPass(ids.size(1));
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
            ScoreDerivation.Add(values, _statistics.Aggregate(aggregation), _donor.Config, _options.Readings, aggregation.Suffix);
        }

        if (_cosines is not null)
        {
            values[Reading.BlockInfluence.Id] = _cosines.Influence();
        }

        return new Scores(values, null, _statistics.Count, _tokens);
    }

    public void Dispose()
    {
        _statistics.Dispose();
        _cosines?.Dispose();
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
        else if (_units.Has(site))
        {
            _statistics.Measure(ScoreDerivation.Name(site, layer), value);
        }

        return value;
    }

    private void VisitHeads(int layer, Tensor value)
    {
        using var scope = NewDisposeScope();
        if (_units.Channels)
        {
            _statistics.Measure($"L{layer}.{Reading.AttentionChannel.Id}", value);
        }

        if (!_units.Heads && !_units.Groups)
        {
            return;
        }

        var (batch, tokens, shape) = (value.size(0), value.size(1), _donor.Config.Layers[layer]);
        var norms = Ops.VectorNorm(_statistics.Precise(value).view(batch, tokens, shape.QueryHeads, _donor.Config.HeadDim), 2, -1);
        if (_units.Heads)
        {
            _statistics.Measure($"L{layer}.{Reading.HeadPaper.Id}", norms);
        }

        if (_units.Groups)
        {
            _statistics.Measure($"L{layer}.{Reading.GroupNorm.Id}", Ops.VectorNorm(norms.view(batch, tokens, shape.KvGroups, -1), 2, -1));
        }
    }
}
