using Prunus.Checkpoints;

namespace Prunus.Decoders;

/// <summary>A checkpoint's weights under canonical names. Opening compares every name and shape with the configuration; values are read on demand.</summary>
public sealed class CheckpointWeights
{
    private readonly Checkpoint _checkpoint;
    private readonly Dictionary<string, (StoredParameter Place, string Name)> _places;

    /// <exception cref="PrunusInputException">A tensor is missing, has another shape than config.json says, or is not accounted for.</exception>
    public CheckpointWeights(Checkpoint checkpoint)
    {
        _checkpoint = checkpoint;
        Config = DecoderConfig.FromHuggingFace(checkpoint.Config, ConfigSubject(checkpoint));
        var family = DecoderFamilies.Of(Config);
        RefuseAbsurdDepth();
        _places = StoredParameter.All(Config).ToDictionary(p => p.Parameter.Name, p => (p, Resolve(p, family)));
        RefuseUnknown(family);
    }

    public DecoderConfig Config { get; }

    /// <summary>Parameters in canonical order.</summary>
    public IReadOnlyList<ParameterSpec> Parameters => [.. _places.Values.Select(p => p.Place.Parameter)];

    /// <summary>Element type of the largest tensor, as the file spells it.</summary>
    public string StoredAs => _places.Values.Select(p => _checkpoint.Tensors[p.Name]).MaxBy(t => t.ElementCount)!.StoredAs;

    /// <summary>Reads a parameter as float32, row-major in its canonical shape.</summary>
    public void Read(ParameterSpec parameter, Span<float> destination)
    {
        var (place, name) = _places[parameter.Name];
        switch (place.Layout)
        {
            case WeightLayout.Plain or WeightLayout.StackedRows:
                _checkpoint.Read(name, (long)place.FirstRow * place.Columns, destination);
                break;
            case WeightLayout.Transposed when place.Parameter.Shape.Count == 1:
                _checkpoint.Read(name, place.FirstRow, destination);
                break;
            case WeightLayout.Transposed:
                ReadTransposed(place, name, destination);
                break;
            case WeightLayout.InterleavedByHead:
                var unit = Config.HeadDim * place.Columns;
                for (var head = 0; head < place.Rows / Config.HeadDim; head++)
                {
                    _checkpoint.Read(name, (long)((head * place.Parts.Count) + place.PartIndex) * unit, destination.Slice(head * unit, unit));
                }

                break;
        }
    }

    private static string ConfigSubject(Checkpoint checkpoint) =>
        Directory.Exists(checkpoint.Location) ? Path.Combine(checkpoint.Location, "config.json") : checkpoint.Location;

    private void ReadTransposed(StoredParameter place, string name, Span<float> destination)
    {
        var row = new float[place.Rows];
        for (var column = 0; column < place.Columns; column++)
        {
            _checkpoint.Read(name, ((long)column * place.TotalRows) + place.FirstRow, row);
            for (var r = 0; r < row.Length; r++)
            {
                destination[(r * place.Columns) + column] = row[r];
            }
        }
    }

    // A hostile layer count must not make us list millions of parameters for a file of a few tensors.
    private void RefuseAbsurdDepth()
    {
        if (Config.LayerCount > _checkpoint.Tensors.Count)
        {
            throw new PrunusInputException(_checkpoint.Location, $"config.json names {Config.LayerCount} layers, the weights have {_checkpoint.Tensors.Count} tensors", "check that config.json belongs to these weights");
        }
    }

    private string Resolve(StoredParameter place, DecoderFamily family)
    {
        var name = place.StoredName;
        if (!_checkpoint.Tensors.ContainsKey(name) && family.OptionalPrefix is { Length: > 0 } prefix && name.StartsWith(prefix, StringComparison.Ordinal))
        {
            name = name[prefix.Length..];
        }

        if (!_checkpoint.Tensors.TryGetValue(name, out var entry))
        {
            throw new PrunusInputException(_checkpoint.Location, $"tensor '{place.StoredName}' is missing", "check that config.json belongs to these weights");
        }

        SafetensorsTypes.RefuseInteger(_checkpoint.Location, entry);
        return entry.Shape.SequenceEqual(place.StoredShape) ? name
            : throw new PrunusInputException(_checkpoint.Location, $"tensor '{name}' is [{string.Join(",", entry.Shape)}], config.json says [{string.Join(",", place.StoredShape)}]", "check that config.json belongs to these weights");
    }

    private void RefuseUnknown(DecoderFamily family)
    {
        var known = _places.Values.Select(p => p.Name).ToHashSet();
        var head = family.Weights.First(w => w.Parts is ["head"]).Stored + ".weight";
        var unknown = _checkpoint.Tensors.Keys.Order(StringComparer.Ordinal).FirstOrDefault(n => !known.Contains(n) && !IsBuffer(n) && !(Config.TiedEmbeddings && n == head));
        if (unknown is not null)
        {
            throw new PrunusInputException(_checkpoint.Location, $"tensor '{unknown}' has no place in a {family.Id} decoder of this config.json", "a bias or norm may be switched off there, or the weights belong to another model");
        }
    }

    // Masks and frequency tables that older files carry although they follow from the configuration.
    private static bool IsBuffer(string name) =>
        name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || name.EndsWith(".attn.bias", StringComparison.Ordinal)
        || name.EndsWith(".attn.masked_bias", StringComparison.Ordinal) || name.EndsWith(".attention.bias", StringComparison.Ordinal)
        || name.EndsWith(".attention.masked_bias", StringComparison.Ordinal);
}
