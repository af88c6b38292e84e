using Prunus.Decoders;
using Prunus.Pruning;

namespace Prunus.Recipes;

/// <summary>A cut of a recipe on a donor: shares become numbers.</summary>
internal static class Cutter
{
    private const int Multiple = 8;

    /// <summary>Options for the donor at hand; null when only layers named by number go, or nothing.</summary>
    public static PruneOptions? Options(CutRequest cut, DecoderConfig donor)
    {
        var target = new PlanTarget
        {
            Keep = cut.Keep,
            Hidden = cut.Hidden?.Of(donor.Hidden, Multiple),
            Ffn = cut.Ffn?.Of(donor.Layers[0].Ffn, Multiple),
            QueryHeads = cut.Heads?.Of(donor.Layers[0].QueryHeads, donor.Layers[0].KvGroups),
            KvGroups = cut.Groups?.Of(donor.Layers[0].KvGroups, 1),
            Layers = cut.Layers?.Of(donor.LayerCount, 1),
            AllowUnloadable = true,
        };
        if (cut.Axes.Count > 0)
        {
            target = target with { Axes = [.. cut.Axes.Select(AxisOf)] };
        }

        return target.Validate().Count > 0 && cut with { RemoveLayers = [] } is { Nothing: true } ? null
            : new PruneOptions
            {
                Target = target, LayersBy = cut.LayersBy, Importance = cut.Importance, Aggregation = Aggregation.Parse(cut.Aggregation), Merge = cut.Merge, MergeOutput = cut.MergeOutput, RescaleNorms = cut.RescaleNorms,
                Iterations = cut.Iterations,
            };
    }

    /// <summary>Adds the layers that go by number.</summary>
    /// <exception cref="PrunusInputException">The donor has no such layer, or none would stay.</exception>
    public static PruningPlan WithoutLayers(PruningPlan plan, IReadOnlyList<int> remove, DecoderConfig donor)
    {
        if (remove.Count == 0)
        {
            return plan;
        }

        return remove.Any(l => l >= donor.LayerCount) || remove.Distinct().Count() >= donor.LayerCount
            ? throw new PrunusInputException("remove_layers", $"is {string.Join(", ", remove)}, the donor has layers 0 to {donor.LayerCount - 1}", "name layers that are there, and keep one")
            : plan with { Layers = [.. Enumerable.Range(0, donor.LayerCount).Except(remove)] };
    }

    /// <exception cref="PrunusInputException">There is no such axis.</exception>
    internal static Axis AxisOf(string name) => name switch
    {
        "hidden" => Axis.Hidden,
        "ffn" => Axis.Ffn,
        "heads" => Axis.QueryHeads,
        "groups" => Axis.KvGroups,
        "layers" => Axis.Layers,
        _ => throw new PrunusInputException("axes", $"has '{name}'", "use hidden, ffn, heads, groups or layers"),
    };
}
