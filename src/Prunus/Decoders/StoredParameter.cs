namespace Prunus.Decoders;

/// <summary>Where a family keeps one of our parameters: the stored tensor, its layout and which of its parts this is.</summary>
/// <param name="Parameter">Our parameter.</param>
/// <param name="StoredName">Tensor name with layer and suffix filled in.</param>
/// <param name="Layout">How the parts lie in it.</param>
/// <param name="Parts">Parameters stored in the same tensor, in stored order; one of them is <paramref name="Parameter"/>.</param>
internal sealed record StoredParameter(ParameterSpec Parameter, string StoredName, WeightLayout Layout, IReadOnlyList<ParameterSpec> Parts)
{
    /// <summary>Rows of this part.</summary>
    public int Rows => (int)Parameter.Shape[0];

    /// <summary>Columns; 1 for vectors.</summary>
    public int Columns => Parameter.Shape.Count == 1 ? 1 : (int)Parameter.Shape[1];

    /// <summary>Rows of all parts.</summary>
    public int TotalRows => Parts.Sum(p => (int)p.Shape[0]);

    /// <summary>Rows of the parts before this one.</summary>
    public int FirstRow => Parts.TakeWhile(p => p != Parameter).Sum(p => (int)p.Shape[0]);

    /// <summary>Index of this part.</summary>
    public int PartIndex => Parts.TakeWhile(p => p != Parameter).Count();

    /// <summary>Shape of the stored tensor.</summary>
    public IReadOnlyList<long> StoredShape =>
        Parameter.Shape.Count == 1 ? [TotalRows] : Layout == WeightLayout.Transposed ? [Columns, TotalRows] : [TotalRows, Columns];

    /// <summary>All parameters of an architecture with their places.</summary>
    public static IReadOnlyList<StoredParameter> All(DecoderConfig config)
    {
        var parameters = config.Parameters().ToDictionary(p => p.Name);
        var family = DecoderFamilies.Of(config);
        var modules = family.Weights.SelectMany(w => w.Parts.Select(p => (Part: p, Names: w))).ToDictionary(m => m.Part, m => m.Names);
        return [.. parameters.Values.Select(Place)];

        StoredParameter Place(ParameterSpec spec)
        {
            var dot = spec.Name.LastIndexOf('.');
            var (module, suffix) = (spec.Name[..dot], spec.Name[dot..]);
            var layer = spec.Layer is { } i ? $"{i}" : "";
            var pattern = spec.Layer is null ? module : $"layers.{{i}}{module[$"layers.{layer}".Length..]}";
            var names = modules[pattern];
            return new StoredParameter(
                spec,
                names.Stored.Replace("{i}", layer, StringComparison.Ordinal) + suffix,
                names.Layout,
                [.. names.Parts.Select(p => parameters[p.Replace("{i}", layer, StringComparison.Ordinal) + suffix])]);
        }
    }
}
