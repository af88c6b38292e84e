using System.Text.Json.Nodes;
using Prunus.Decoders;
using Prunus.Pruning;

namespace Prunus.Search;

/// <summary>
/// Widths that an architecture search combines (Muralidharan et al. 2024, section 3.1 and table 12). Everything here comes from the donor's configuration: no
/// weight is read.
/// </summary>
public sealed record SearchSpace
{
    // Short trainings of more than this are no search but a mistake in the grid.
    private const int MostCandidates = 256;
    private const int DefaultCandidates = 19;
    private const double LeastFfnShare = 0.25;

    /// <summary>Residual channels; null = the donor's.</summary>
    public IReadOnlyList<int>? Hidden { get; init; }

    /// <summary>MLP neurons of every layer; null = the donor's.</summary>
    public IReadOnlyList<FfnWidth>? Ffn { get; init; }

    /// <summary>Query heads of every layer; null = the donor's. Where a family stores no head_dim, null = hidden / head_dim.</summary>
    public IReadOnlyList<int>? QueryHeads { get; init; }

    /// <summary>Key-value heads of every layer; null = the donor's, and as many as query heads where each of the donor's has its own.</summary>
    public IReadOnlyList<int>? KvGroups { get; init; }

    /// <summary>Layers; null = the donor's.</summary>
    public IReadOnlyList<int>? Layers { get; init; }

    /// <summary>What <see cref="FfnWidth.Fit"/> is a multiple of. The default is 32.</summary>
    public int RoundTo { get; init; } = 32;

    /// <summary>Where more candidates fit, those nearest to the middle of the window are kept; null = all. The default is null.</summary>
    public int? Nearest { get; init; }

    /// <summary>
    /// The grid of a donor for which none is given: hidden 8, 7, 6 and 5 eighths, layers 16, 14, 12, 10, 9 and 8 sixteenths of the donor's, neurons as the budget
    /// leaves them but a quarter of the donor's at least, heads whole; at most 19, those nearest to the budget. So thin donors can keep all of hidden and give
    /// neurons and layers, and deep ones layers or not.
    /// </summary>
    public static SearchSpace Default(DecoderConfig donor)
    {
        var step = DecoderFamilies.Of(donor).HeadDimKey is null ? donor.HeadDim : Math.Min(8, donor.Hidden);
        return new SearchSpace
        {
            Hidden = [.. Shares(donor.Hidden, step, 8, 8, 7, 6, 5)],
            Layers = [.. Shares(donor.LayerCount, 1, 16, 16, 14, 12, 10, 9, 8)],
            Ffn = [FfnWidth.Fit],
            RoundTo = donor.Layers.Max(l => l.Ffn) >= 512 ? 32 : 8,
            Nearest = DefaultCandidates,
        };
    }

    /// <summary>Every architecture of the grid in the window, in the grid's order: layers, hidden, heads, kv heads, ffn.</summary>
    /// <param name="donor">The donor.</param>
    /// <param name="window">Parameters of a candidate.</param>
    /// <param name="allowUnloadable">Also shapes that stock transformers does not load. The default is false.</param>
    /// <exception cref="PrunusInputException">A width is above the donor's, no architecture is in the window (the nearest is named), or too many are.</exception>
    public IReadOnlyList<Candidate> Enumerate(DecoderConfig donor, ParameterWindow window, bool allowUnloadable = false)
    {
        CheckWidths(donor);
        var family = DecoderFamilies.Of(donor);
        var problems = family.ExportProblems(donor).Count;
        var all = Shapes(donor, window)
            .Where(s => allowUnloadable || family.ExportProblems(s.Apply(donor, [.. Enumerable.Range(0, s.LayerCount)])).Count <= problems)
            .Select(s => Candidate.Of(donor, s)).DistinctBy(c => c.Name).ToList();
        var inside = all.Where(c => window.Holds(Size(c))).ToList();
        if (inside.Count == 0)
        {
            throw new PrunusInputException("--keep", all.Count == 0
                ? "leaves no architecture of the grid: none has heads in equal groups and loads in stock transformers"
                : Nothing(all.MinBy(c => Math.Abs(Size(c) - window.Middle))!), "ask for that size, or change the grid or --tolerance");
        }

        if (Nearest is { } most && inside.Count > most)
        {
            var kept = inside.OrderBy(c => Math.Abs(Size(c) - window.Middle)).Take(most).ToHashSet();
            inside.RemoveAll(c => !kept.Contains(c));
        }

        return inside.Count <= MostCandidates ? inside : throw new PrunusInputException(
            "--tolerance", FormattableString.Invariant($"lets {inside.Count} architectures through, more than {MostCandidates}; the nearest has {Size(inside.MinBy(c => Math.Abs(Size(c) - window.Middle))!):N0} parameters"),
            "lower it, or give shorter grids");

        long Size(Candidate c) => window.NonEmbedding ? c.NonEmbedding : c.Parameters;

        string Nothing(Candidate nearest) => FormattableString.Invariant(
            $"puts the window at {window.Low:N0} to {window.High:N0} parameters, and no architecture of the grid is in it; the nearest is {nearest.Name} with {Size(nearest):N0}");
    }

    /// <summary>What identifies the grid in a run's options.</summary>
    public JsonObject ToJson() => new()
    {
        ["hidden"] = Listed(Hidden),
        ["ffn"] = Listed(Ffn),
        ["heads"] = Listed(QueryHeads),
        ["kv_groups"] = Listed(KvGroups),
        ["layers"] = Listed(Layers),
        ["round_to"] = RoundTo,
        ["nearest"] = Nearest,
    };

    private static string? Listed<T>(IReadOnlyList<T>? values) => values is null ? null : string.Join(',', values);

    private static IEnumerable<int> Shares(int whole, int step, int parts, params int[] shares) => shares
        .Select(s => s == parts ? whole : (int)Math.Round((double)whole * s / parts / step) * step)
        .Where(w => w > 0).Distinct();

    private IEnumerable<DecoderShape> Shapes(DecoderConfig donor, ParameterWindow window)
    {
        var whole = DecoderShape.Of(donor);
        var multiHead = donor.Layers.All(l => l.QueryHeads == l.KvGroups);
        var derived = QueryHeads is null && DecoderFamilies.Of(donor).HeadDimKey is null;
        foreach (var layers in Layers ?? [donor.LayerCount])
        {
            foreach (var hidden in Hidden ?? [donor.Hidden])
            {
                foreach (var heads in Levels(derived ? [hidden / donor.HeadDim] : QueryHeads, whole.QueryHeads))
                {
                    foreach (var groups in Levels(KvGroups, multiHead ? heads : whole.KvGroups))
                    {
                        var shape = whole with { LayerCount = layers, Hidden = hidden, QueryHeads = heads, KvGroups = groups };
                        if (!Even(donor, shape))
                        {
                            continue;
                        }

                        foreach (IReadOnlyList<int>? ffn in (IReadOnlyList<IReadOnlyList<int>?>?)Ffn?.Select(f => Neurons(donor, shape, f, window)).ToArray() ?? [whole.Ffn])
                        {
                            if (ffn is not null)
                            {
                                yield return shape with { Ffn = ffn };
                            }
                        }
                    }
                }
            }
        }
    }

    private static IEnumerable<IReadOnlyList<int>> Levels(IReadOnlyList<int>? values, IReadOnlyList<int> whole) =>
        values is null ? [whole] : values.Select(v => (IReadOnlyList<int>)[.. whole.Select(w => Math.Min(w, v))]);

    private static bool Even(DecoderConfig donor, DecoderShape shape) => donor.Layers.Select((l, i) =>
        shape.QueryHeads[i] > 0 && shape.QueryHeads[i] % shape.KvGroups[i] == 0 && shape.QueryHeads[i] / shape.KvGroups[i] <= l.QueryHeads / l.KvGroups).All(even => even);

    // Null where the width is above the donor's.
    private int[]? Neurons(DecoderConfig donor, DecoderShape shape, FfnWidth ffn, ParameterWindow window)
    {
        var most = donor.Layers.Max(l => l.Ffn);
        var width = ffn.Neurons ?? (ffn.Expansion is { } times ? (int)Math.Round(times * shape.Hidden) : Fitted());
        return width > most || width < 1 ? null : Of(width);

        int[] Of(int neurons) => [.. donor.Layers.Select(l => Math.Min(l.Ffn, neurons))];

        // Sizes are linear in the neurons where layers are alike, and nearly so where they are not. What the limits put outside the window falls out with it.
        int Fitted()
        {
            var none = At(0);
            var exact = most * (double)(window.Middle - none) / (At(most) - none);
            var least = Math.Min(most, (int)Math.Ceiling(most * LeastFfnShare / RoundTo) * RoundTo);
            return (int)Math.Clamp(Math.Round(exact / RoundTo) * RoundTo, least, most);
        }

        long At(int neurons) => window.Of(DecoderCost.Of((shape with { Ffn = Of(neurons) }).Apply(donor, [.. Enumerable.Range(0, shape.LayerCount)])));
    }

    private void CheckWidths(DecoderConfig donor)
    {
        Check("--hidden-grid", Hidden, donor.Hidden);
        Check("--ffn-grid", Ffn?.Select(f => f.Neurons ?? 1), donor.Layers.Max(l => l.Ffn));
        Check("--heads-grid", QueryHeads, donor.Layers.Max(l => l.QueryHeads));
        Check("--kv-groups-grid", KvGroups, donor.Layers.Max(l => l.KvGroups));
        Check("--layers-grid", Layers, donor.LayerCount);
    }

    private static void Check(string option, IEnumerable<int>? values, int most)
    {
        if (values?.FirstOrDefault(v => v < 1 || v > most, 1) is { } wrong && (wrong < 1 || wrong > most))
        {
            throw new PrunusInputException(option, $"has {wrong}", $"give 1 to {most}, the donor's");
        }
    }
}
