using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>How the parameters of a pruned decoder come from its donor: for each, the donor's parameter, what is done to its values, and the entries that stay of each dimension.</summary>
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

    /// <summary>
    /// What happens to a donor's parameter before entries go: blocks of <paramref name="source"/> along dimension <c>Dimension</c>, each to be overwritten with
    /// <c>Own</c> times itself plus <c>Other</c> times the block of the pair. Blocks that are read are never written.
    /// </summary>
    public IEnumerable<BlockMix> Mixes(ParameterSpec source)
    {
        if (source.Layer is not { } layer || !_kept.Merges.TryGetValue(layer, out var merge) || PlanMerges.MatrixOf(source) is not { } matrix || !merge.Matrices.HasFlag(matrix))
        {
            yield break;
        }

        var dimension = matrix == HeadMatrices.Output ? 1 : 0;
        var size = source.Dimensions[dimension].UnitSize;
        var (own, other) = merge.Sign == HeadMerging.Literal ? (2f, -1f) : (0f, 1f);
        foreach (var (kept, removed) in merge.Pairs)
        {
            yield return new BlockMix(dimension, kept * size, removed * size, size, own, other);
        }
    }

    /// <summary>The stored values of a donor's parameter become <c>Factor</c> times themselves plus <c>Shift</c>; null = they stay.</summary>
    public (double Factor, double Shift)? Rescaling(ParameterSpec source) =>
        source.IsNormWeight && _kept.NormScales.TryGetValue(source.NormName, out var factor)
            ? (factor, Config.NormPlusOne ? factor - 1 : 0)
            : null;

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

/// <summary>One block of a parameter that takes in another: block(At) = Own · block(At) + Other · block(From), <c>Size</c> entries of <c>Dimension</c>.</summary>
internal readonly record struct BlockMix(int Dimension, int At, int From, int Size, float Own, float Other);
