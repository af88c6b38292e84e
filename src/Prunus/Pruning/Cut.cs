using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>Where the parameters of a pruned decoder lie in its donor: for each, the donor's parameter and the entries that stay of each dimension.</summary>
internal sealed class Cut
{
    private readonly KeptIndices _kept;
    private readonly Dictionary<string, ParameterSpec> _donor;

    /// <exception cref="PrunusInputException">The plan does not fit the donor.</exception>
    public Cut(DecoderConfig donor, PruningPlan plan)
    {
        _kept = plan.Resolve(donor);
        _donor = donor.Parameters().ToDictionary(p => p.Name);
        Config = _kept.Resulting(donor);
    }

    /// <summary>Architecture of the pruned decoder.</summary>
    public DecoderConfig Config { get; }

    /// <summary>The donor's parameter behind a parameter of the pruned decoder.</summary>
    public ParameterSpec Source(ParameterSpec pruned) =>
        _donor[pruned.Layer is { } j ? $"layers.{_kept.Layers[j]}{pruned.Name[$"layers.{j}".Length..]}" : pruned.Name];

    /// <summary>Entries of dimension <paramref name="d"/> of a donor's parameter that stay, in their new order; null = all as they are.</summary>
    public int[]? Entries(ParameterSpec source, int d)
    {
        var dimension = source.Dimensions[d];
        if (dimension.Axis is not { } axis || _kept.On(axis, source.Layer) is not { } units)
        {
            return null;
        }

        var entries = units.SelectMany(u => Enumerable.Range(u * dimension.UnitSize, dimension.UnitSize)).ToArray();
        return entries.Length == source.Shape[d] && entries.Select((e, i) => e == i).All(same => same) ? null : entries;
    }
}
