using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>What a sweep must measure for the wanted readings, and where each measurement's units lie in one row of results.</summary>
internal sealed class MeasuredUnits
{
    private readonly DecoderConfig _config;
    private readonly IReadOnlyList<Reading> _readings;
    private readonly HashSet<DecoderSite> _sites;
    private readonly Dictionary<string, (int Start, int Length)> _layout = new(StringComparer.Ordinal);

    public MeasuredUnits(DecoderConfig config, IReadOnlyList<Reading> readings)
    {
        (_config, _readings) = (config, readings);
        Channels = Wants(Reading.AttentionChannel, Reading.HeadModelOpt, Reading.GroupModelOptNorm);
        Heads = Wants(Reading.HeadPaper, Reading.GroupHeadSum);
        Groups = Wants(Reading.GroupNorm);
        _sites = [.. Sites()];
        foreach (var (name, length) in Measured())
        {
            _layout[name] = (Count, length);
            Count += length;
        }
    }

    /// <summary>Units of all measurements: the width of a row.</summary>
    public int Count { get; }

    /// <summary>Whether single channels of the attention's output are measured.</summary>
    public bool Channels { get; }

    /// <summary>Whether the norms of query heads are measured.</summary>
    public bool Heads { get; }

    /// <summary>Whether the norms of key-value groups are measured.</summary>
    public bool Groups { get; }

    /// <summary>First unit and number of units of each measurement, by name.</summary>
    public IReadOnlyDictionary<string, (int Start, int Length)> Layout => _layout;

    /// <summary>Whether the values of a site are measured as they are; heads are measured by their own flags.</summary>
    public bool Has(DecoderSite site) => _sites.Contains(site);

    // Everything that is measured, with its number of units.
    private IEnumerable<(string Name, int Length)> Measured()
    {
        for (var i = 0; i < _config.LayerCount; i++)
        {
            var layer = _config.Layers[i];
            foreach (var (wanted, reading, length) in new[]
            {
                (Channels, Reading.AttentionChannel, layer.QueryHeads * _config.HeadDim), (Heads, Reading.HeadPaper, layer.QueryHeads), (Groups, Reading.GroupNorm, layer.KvGroups),
            })
            {
                if (wanted)
                {
                    yield return ($"L{i}.{reading.Id}", length);
                }
            }

            foreach (var site in _sites.Where(s => s != DecoderSite.NormFinal))
            {
                yield return (ScoreDerivation.Name(site, i), site is DecoderSite.FfnActivation or DecoderSite.FfnUp or DecoderSite.FfnGate ? layer.Ffn : _config.Hidden);
            }
        }

        if (_sites.Contains(DecoderSite.NormFinal))
        {
            yield return (ScoreDerivation.Name(DecoderSite.NormFinal, -1), _config.Hidden);
        }
    }

    private bool Wants(params Reading[] readings) => readings.Any(r => _readings.Contains(r));

    private IEnumerable<DecoderSite> Sites()
    {
        if (Wants(Reading.HiddenIn, Reading.HiddenInFinal, Reading.HiddenAll, Reading.Norms))
        {
            yield return DecoderSite.NormAttentionIn;
            yield return DecoderSite.NormMlpIn;
        }

        if (_config.PostNorms && Wants(Reading.HiddenAll, Reading.Norms))
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
            if (Wants(reading) && (site != DecoderSite.FfnGate || _config.Gated))
            {
                yield return site;
            }
        }
    }
}
