namespace Prunus.Decoders;

/// <summary>Lists a decoder's parameters: canonical names, shapes, named axes.</summary>
internal static class DecoderParameters
{
    private static readonly AxisDimension Hidden = new(Axis.Hidden), Ffn = new(Axis.Ffn), Vocab = new(Axis.Vocab), Fixed = new(null);

    public static IEnumerable<ParameterSpec> List(DecoderConfig config)
    {
        yield return Matrix("embed.weight", null, (config.VocabSize, Vocab), (config.Hidden, Hidden));
        if (config.PositionOffset is { } offset)
        {
            yield return Matrix("positions.weight", null, (config.MaxPositions + offset, Fixed), (config.Hidden, Hidden));
        }

        for (var i = 0; i < config.LayerCount; i++)
        {
            foreach (var parameter in Layer(config, i))
            {
                yield return parameter;
            }
        }

        foreach (var parameter in Norm(config, "norm_final", null))
        {
            yield return parameter;
        }

        if (!config.TiedEmbeddings)
        {
            yield return Matrix("head.weight", null, (config.VocabSize, Vocab), (config.Hidden, Hidden));
        }
    }

    private static IEnumerable<ParameterSpec> Layer(DecoderConfig config, int i)
    {
        var layer = config.Layers[i];
        var name = $"layers.{i}";
        var queries = (layer.QueryHeads * config.HeadDim, new AxisDimension(Axis.QueryHeads, config.HeadDim));
        var keys = (layer.KvGroups * config.HeadDim, new AxisDimension(Axis.KvGroups, config.HeadDim));
        var hidden = (config.Hidden, Hidden);
        var ffn = (layer.Ffn, Ffn);
        IEnumerable<IEnumerable<ParameterSpec>> parts =
        [
            Norm(config, $"{name}.norm_attn_in", i),
            Linear($"{name}.attn.q", i, queries, hidden, config.QkvBias),
            Linear($"{name}.attn.k", i, keys, hidden, config.QkvBias),
            Linear($"{name}.attn.v", i, keys, hidden, config.QkvBias),
            Linear($"{name}.attn.o", i, hidden, queries, config.OutputBias),
            config.QkNorm ? [Vector($"{name}.attn.q_norm.weight", i, config.HeadDim, Fixed), Vector($"{name}.attn.k_norm.weight", i, config.HeadDim, Fixed)] : [],
            config.PostNorms ? Norm(config, $"{name}.norm_attn_post", i) : [],
            Norm(config, $"{name}.norm_mlp_in", i),
            config.Gated ? Linear($"{name}.mlp.gate", i, ffn, hidden, config.MlpBias) : [],
            Linear($"{name}.mlp.up", i, ffn, hidden, config.MlpBias),
            Linear($"{name}.mlp.down", i, hidden, ffn, config.MlpBias),
            config.PostNorms ? Norm(config, $"{name}.norm_mlp_post", i) : [],
        ];
        return parts.SelectMany(p => p);
    }

    private static IEnumerable<ParameterSpec> Linear(string name, int layer, (int, AxisDimension) rows, (int, AxisDimension) columns, bool bias)
    {
        yield return Matrix($"{name}.weight", layer, rows, columns);
        if (bias)
        {
            yield return Vector($"{name}.bias", layer, rows.Item1, rows.Item2);
        }
    }

    private static IEnumerable<ParameterSpec> Norm(DecoderConfig config, string name, int? layer)
    {
        yield return Vector($"{name}.weight", layer, config.Hidden, Hidden);
        if (config.Norm == NormKind.LayerNorm)
        {
            yield return Vector($"{name}.bias", layer, config.Hidden, Hidden);
        }
    }

    private static ParameterSpec Matrix(string name, int? layer, (int Size, AxisDimension Axis) rows, (int Size, AxisDimension Axis) columns) =>
        new(name, layer, [rows.Size, columns.Size], [rows.Axis, columns.Axis]);

    private static ParameterSpec Vector(string name, int? layer, int size, AxisDimension axis) => new(name, layer, [size], [axis]);
}
