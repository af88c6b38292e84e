using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>Which scores rank which axis: names without layer and aggregation.</summary>
public sealed record SelectionOptions
{
    /// <summary>Default <c>hidden.in</c>.</summary>
    public string Hidden { get; init; } = Reading.HiddenIn.Id;

    /// <summary>Default <c>ffn.act</c>.</summary>
    public string Ffn { get; init; } = Reading.FfnAct.Id;

    /// <summary>Default <c>head.modelopt</c>.</summary>
    public string Heads { get; init; } = Reading.HeadModelOpt.Id;

    /// <summary>Default <c>group.modelopt_norm</c>.</summary>
    public string Groups { get; init; } = Reading.GroupModelOptNorm.Id;

    /// <summary>Default <c>bi</c>.</summary>
    public string Layers { get; init; } = Reading.BlockInfluence.Id;

    /// <summary>Suffix of width scores: an aggregation such as <c>l2_mean</c>; empty for scores without one.</summary>
    public string Suffix { get; init; } = Aggregation.Default.Suffix;
}

/// <summary>
/// Scores and widths → a plan. Hidden channels have one ranking for the network, neurons one per layer, query heads one per kv group (all groups
/// keep the same number), layers one. The highest stay; of equal scores the lower index stays.
/// </summary>
public static class Selection
{
    /// <summary>Makes the plan of a shape; axes that stay whole are left out of it.</summary>
    /// <param name="donor">The donor.</param>
    /// <param name="shape">Widths and number of layers.</param>
    /// <param name="scores">Scores of every axis that shrinks.</param>
    /// <param name="options">Names of the scores.</param>
    /// <param name="ranking">Chooses the layers; default by <see cref="SelectionOptions.Layers"/>, each layer by itself.</param>
    /// <exception cref="PrunusInputException">A score is missing or belongs to another donor.</exception>
    public static PruningPlan Plan(DecoderConfig donor, DecoderShape shape, Scores scores, SelectionOptions? options = null, LayerRanking? ranking = null)
    {
        var names = options ?? new SelectionOptions();
        var suffix = names.Suffix.Length > 0 ? "." + names.Suffix : "";
        var layers = shape.LayerCount < donor.LayerCount ? (ranking ?? LayerRankings.All[0]).Kept(scores, names.Layers, donor.LayerCount, shape.LayerCount) : null;
        var groups = PerLayer(shape.KvGroups, l => l.KvGroups, (i, layer) => Highest(scores.Of($"L{i}.{names.Groups}{suffix}", layer.KvGroups), shape.KvGroups[i]));
        return new PruningPlan
        {
            Donor = scores.Donor is { } fingerprint ? new PlanDonor(fingerprint) : null,
            Layers = layers,
            Hidden = shape.Hidden < donor.Hidden ? Highest(scores.Of(names.Hidden + suffix, donor.Hidden), shape.Hidden) : null,
            Ffn = PerLayer(shape.Ffn, l => l.Ffn, (i, layer) => Highest(scores.Of($"L{i}.{names.Ffn}{suffix}", layer.Ffn), shape.Ffn[i])),
            KvGroups = groups,
            QueryHeads = KeepsAllHeadsOfGroups() ? null : PerLayer(shape.QueryHeads, l => l.QueryHeads, Heads),
        };

        IReadOnlyList<int>[]? PerLayer(IReadOnlyList<int> widths, Func<LayerConfig, int> width, Func<int, LayerConfig, int[]> choose) =>
            donor.Layers.Select((l, i) => widths[i] == width(l)).All(whole => whole) ? null
            : [.. donor.Layers.Select((layer, i) => layers?.Contains(i) == false ? [] : choose(i, layer))];

        bool KeepsAllHeadsOfGroups() => donor.Layers.Select((l, i) => shape.QueryHeads[i] * l.KvGroups == l.QueryHeads * shape.KvGroups[i]).All(all => all);

        int[] Heads(int i, LayerConfig layer)
        {
            var score = scores.Of($"L{i}.{names.Heads}{suffix}", layer.QueryHeads);
            var (share, keep) = (layer.QueryHeads / layer.KvGroups, shape.QueryHeads[i] / shape.KvGroups[i]);
            return [.. (groups?[i] ?? [.. Enumerable.Range(0, layer.KvGroups)]).SelectMany(
                g => Highest([.. score.Skip(g * share).Take(share)], keep).Select(h => (g * share) + h))];
        }
    }

    /// <summary>Every unit of every axis, the most important first: hidden, neurons, kv groups, the heads of each group in turn, layers.</summary>
    /// <exception cref="PrunusInputException">A score is missing or belongs to another donor.</exception>
    public static PruningPlan Order(DecoderConfig donor, Scores scores, SelectionOptions? options = null)
    {
        var names = options ?? new SelectionOptions();
        var suffix = names.Suffix.Length > 0 ? "." + names.Suffix : "";
        IReadOnlyList<int>[] groups = [.. donor.Layers.Select((layer, i) => Ranked(scores.Of($"L{i}.{names.Groups}{suffix}", layer.KvGroups)))];
        return new PruningPlan
        {
            Hidden = Ranked(scores.Of(names.Hidden + suffix, donor.Hidden)),
            Ffn = [.. donor.Layers.Select((layer, i) => Ranked(scores.Of($"L{i}.{names.Ffn}{suffix}", layer.Ffn)))],
            KvGroups = groups,
            QueryHeads = [.. donor.Layers.Select(Heads)],
            Layers = Ranked(scores.Of(names.Layers, donor.LayerCount)),
        };

        int[] Heads(LayerConfig layer, int i)
        {
            var (score, share) = (scores.Of($"L{i}.{names.Heads}{suffix}", layer.QueryHeads), layer.QueryHeads / layer.KvGroups);
            return [.. groups[i].SelectMany(g => Ranked([.. score.Skip(g * share).Take(share)]).Select(h => (g * share) + h))];
        }
    }

    /// <summary>All layers, the most important first, each by itself.</summary>
    public static IReadOnlyList<int> LayerOrder(DecoderConfig donor, Scores scores, SelectionOptions? options = null) =>
        Ranked(scores.Of((options ?? new SelectionOptions()).Layers, donor.LayerCount));

    private static int[] Highest(IReadOnlyList<double> scores, int count) => [.. Ranked(scores).Take(count).Order()];

    private static int[] Ranked(IReadOnlyList<double> scores) => [.. Enumerable.Range(0, scores.Count).OrderByDescending(i => scores[i])];
}
