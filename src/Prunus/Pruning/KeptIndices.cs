using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>A plan spelled out for one donor: every axis has its list (vocabulary only where it is cut), all of them checked. Lists per layer are per donor layer.</summary>
public sealed record KeptIndices(
    IReadOnlyList<int> Hidden,
    IReadOnlyList<IReadOnlyList<int>> Ffn,
    IReadOnlyList<IReadOnlyList<int>> QueryHeads,
    IReadOnlyList<IReadOnlyList<int>> KvGroups,
    IReadOnlyList<int> Layers)
{
    /// <summary>Token ids that stay, in their new order; null = all.</summary>
    public IReadOnlyList<int>? Vocab { get; private init; }

    /// <summary>Merges by donor layer.</summary>
    public IReadOnlyDictionary<int, HeadMerge> Merges { get; private init; } = new Dictionary<int, HeadMerge>();

    /// <summary>Factors on norm weights by the donor's name of the norm.</summary>
    public IReadOnlyDictionary<string, double> NormScales { get; private init; } = new Dictionary<string, double>();

    internal static KeptIndices Of(PruningPlan plan, DecoderConfig donor)
    {
        var subject = plan.Subject;
        var layers = plan.Layers ?? All(donor.LayerCount);
        Check(layers, donor.LayerCount, "layers", subject);
        var staying = layers.ToHashSet();
        var ffn = PerLayer(plan.Ffn, "ffn", l => l.Ffn);
        var groups = PerLayer(plan.KvGroups, "kv_groups", l => l.KvGroups);
        var heads = plan.QueryHeads is { } given
            ? PerLayer(given, "query_heads", l => l.QueryHeads)
            : [.. donor.Layers.Select((layer, i) => HeadsOf(groups[i], layer))];
        foreach (var i in layers)
        {
            CheckHeads(heads[i], groups[i], donor.Layers[i], $"query_heads[{i}]", subject);
        }

        var hidden = plan.Hidden ?? All(donor.Hidden);
        Check(hidden, donor.Hidden, "hidden", subject);
        if (plan.Vocab is { } vocab)
        {
            Check(vocab, donor.VocabSize, "vocab", subject);
        }

        return new KeptIndices(hidden, ffn, heads, groups, layers)
        {
            Vocab = plan.Vocab,
            Merges = PlanMerges.Check(plan.HeadMerges ?? [], donor, layers, heads, subject),
            NormScales = CheckScales(plan.NormScales ?? new Dictionary<string, double>(), donor, subject),
        };

        IReadOnlyList<int>[] PerLayer(IReadOnlyList<IReadOnlyList<int>>? lists, string name, Func<LayerConfig, int> width)
        {
            if (lists is null)
            {
                return [.. donor.Layers.Select(l => All(width(l)))];
            }

            if (lists.Count != donor.LayerCount)
            {
                throw new PrunusInputException(subject, $"'{name}' has {lists.Count} lists, the donor {donor.LayerCount} layers", "give one list for each donor layer, also for layers that go");
            }

            for (var i = 0; i < lists.Count; i++)
            {
                Check(lists[i], width(donor.Layers[i]), $"{name}[{i}]", subject, mayBeEmpty: !staying.Contains(i));
            }

            return [.. lists];
        }
    }

    /// <summary>The widths that are left.</summary>
    public DecoderShape Shape => new(
        Hidden.Count,
        [.. Ffn.Select(l => l.Count)],
        [.. QueryHeads.Select(l => l.Count)],
        [.. KvGroups.Select(l => l.Count)],
        Layers.Count);

    /// <summary>The architecture that is left.</summary>
    public DecoderConfig Resulting(DecoderConfig donor) => Shape.Apply(donor, Layers) with { VocabSize = Vocab?.Count ?? donor.VocabSize };

    /// <summary>Donor indices that stay on an axis; <paramref name="layer"/> is the donor's layer for axes that are per layer.</summary>
    /// <returns>The list, or null where everything stays as it is.</returns>
    public IReadOnlyList<int>? On(Axis axis, int? layer) => axis switch
    {
        Axis.Hidden => Hidden,
        Axis.Ffn => Ffn[layer!.Value],
        Axis.QueryHeads => QueryHeads[layer!.Value],
        Axis.KvGroups => KvGroups[layer!.Value],
        Axis.Vocab => Vocab,
        _ => null,
    };

    private static int[] All(int count) => [.. Enumerable.Range(0, count)];

    private static int[] HeadsOf(IReadOnlyList<int> groups, LayerConfig layer)
    {
        var share = layer.QueryHeads / layer.KvGroups;
        return [.. groups.SelectMany(g => Enumerable.Range(g * share, share))];
    }

    private static void Check(IReadOnlyList<int> indices, int width, string name, string subject, bool mayBeEmpty = false)
    {
        if (indices.Count == 0 && !mayBeEmpty)
        {
            throw new PrunusInputException(subject, $"'{name}' is empty", "keep at least one index");
        }

        var seen = new bool[width];
        foreach (var index in indices)
        {
            if (index < 0 || index >= width)
            {
                throw new PrunusInputException(subject, $"'{name}' holds {index}, the donor has 0 to {width - 1}", "check that the plan belongs to this donor");
            }

            if (seen[index])
            {
                throw new PrunusInputException(subject, $"'{name}' holds {index} twice", "give each index once");
            }

            seen[index] = true;
        }
    }

    private static IReadOnlyDictionary<string, double> CheckScales(IReadOnlyDictionary<string, double> scales, DecoderConfig donor, string subject)
    {
        if (scales.Count == 0)
        {
            return scales;
        }

        var norms = donor.Parameters().Where(p => p.IsNormWeight).Select(p => p.NormName).ToHashSet();
        foreach (var (name, factor) in scales)
        {
            if (!norms.Contains(name))
            {
                throw new PrunusInputException(subject, $"'norm_scales' names '{name}', which is no norm over hidden of this donor", "write names such as layers.0.norm_attn_in or norm_final");
            }

            if (!double.IsFinite(factor) || factor <= 0)
            {
                throw new PrunusInputException(subject, $"'norm_scales.{name}' is no number above 0", "write a factor such as 0.98");
            }
        }

        return scales;
    }

    // Query head h reads the keys of group h div (heads / groups): in the student as in the donor.
    private static void CheckHeads(IReadOnlyList<int> heads, IReadOnlyList<int> groups, LayerConfig layer, string name, string subject)
    {
        if (heads.Count % groups.Count != 0)
        {
            throw new PrunusInputException(subject, $"'{name}' keeps {heads.Count} heads for {groups.Count} kv groups", "keep the same number in every kept group");
        }

        var (share, kept) = (layer.QueryHeads / layer.KvGroups, heads.Count / groups.Count);
        for (var p = 0; p < heads.Count; p++)
        {
            var (group, expected) = (heads[p] / share, groups[p / kept]);
            if (group != expected)
            {
                throw new PrunusInputException(
                    subject,
                    groups.Contains(group)
                        ? $"'{name}' has head {heads[p]} of kv group {group} where one of group {expected} belongs"
                        : $"'{name}' keeps head {heads[p]}, whose kv group {group} goes",
                    $"keep the same number of heads of every kept group, group after group ({share} heads each in the donor)");
            }
        }
    }
}
