using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>From measured scores (per norm, channel, head, neuron) to those of readings that combine them.</summary>
internal static class ScoreDerivation
{
    /// <summary>Name of what is measured at a site.</summary>
    public static string Name(DecoderSite site, int layer) => site switch
    {
        DecoderSite.NormFinal => "norm_final",
        DecoderSite.NormAttentionIn => $"L{layer}.norm_attn_in",
        DecoderSite.NormAttentionPost => $"L{layer}.norm_attn_post",
        DecoderSite.NormMlpIn => $"L{layer}.norm_mlp_in",
        DecoderSite.NormMlpPost => $"L{layer}.norm_mlp_post",
        DecoderSite.FfnUp => $"L{layer}.{Reading.FfnPre.Id}",
        DecoderSite.FfnGate => $"L{layer}.{Reading.FfnPreGate.Id}",
        _ => $"L{layer}.{Reading.FfnAct.Id}",
    };

    /// <summary>Adds the wanted scores of one aggregation under <c>name.suffix</c>.</summary>
    public static void Add(Dictionary<string, double[]> scores, IReadOnlyDictionary<string, double[]> measured, DecoderConfig config, IReadOnlyList<Reading> readings, string suffix)
    {
        foreach (var reading in readings)
        {
            foreach (var (name, values) in Derive(reading, measured, config))
            {
                scores[$"{name}.{suffix}"] = values;
            }
        }
    }

    private static IEnumerable<(string Name, double[] Values)> Derive(Reading reading, IReadOnlyDictionary<string, double[]> measured, DecoderConfig config)
    {
        if (reading.Id.StartsWith("hidden.", StringComparison.Ordinal))
        {
            return [(reading.Id, SumOfNorms(reading, measured, config.Hidden))];
        }

        if (reading == Reading.Norms)
        {
            return measured.Where(m => m.Key.Contains("norm_", StringComparison.Ordinal)).Select(m => (m.Key, m.Value));
        }

        return reading == Reading.BlockInfluence ? [] : config.Layers.SelectMany((layer, i) => PerLayer(reading, measured, layer, config.HeadDim, i));
    }

    private static IEnumerable<(string, double[])> PerLayer(Reading reading, IReadOnlyDictionary<string, double[]> measured, LayerConfig layer, int headDim, int i)
    {
        var name = $"L{i}.{reading.Id}";
        var channels = measured.GetValueOrDefault($"L{i}.{Reading.AttentionChannel.Id}");
        var values = reading == Reading.HeadModelOpt ? Parts(channels!, layer.QueryHeads, EuclideanNorm)
            : reading == Reading.GroupModelOptNorm ? Parts(channels!, layer.KvGroups, EuclideanNorm)
            : reading == Reading.GroupHeadSum ? Parts(measured[$"L{i}.{Reading.HeadPaper.Id}"], layer.KvGroups, Sum)
            : measured.GetValueOrDefault(name);
        return values is null ? [] : [(name, values)];
    }

    private static double[] SumOfNorms(Reading reading, IReadOnlyDictionary<string, double[]> measured, int hidden)
    {
        var sum = new double[hidden];
        foreach (var (name, values) in measured)
        {
            var counts = name.EndsWith("_in", StringComparison.Ordinal)
                || (name == "norm_final" && reading != Reading.HiddenIn)
                || (name.EndsWith("_post", StringComparison.Ordinal) && reading == Reading.HiddenAll);
            for (var c = 0; counts && c < hidden; c++)
            {
                sum[c] += values[c];
            }
        }

        return sum;
    }

    private static double[] Parts(double[] values, int count, Func<ArraySegment<double>, double> reduce)
    {
        var size = values.Length / count;
        return [.. Enumerable.Range(0, count).Select(p => reduce(new ArraySegment<double>(values, p * size, size)))];
    }

    private static double EuclideanNorm(ArraySegment<double> values) => Math.Sqrt(values.Sum(v => v * v));

    private static double Sum(ArraySegment<double> values) => values.Sum();
}
