using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>
/// Head-residual merging (Muralidharan et al. 2024, section 2.2): with the L heads of a layer sorted by importance and counted from 1, of which K stay,
/// head_i ← head_i + (head_i - head_{2K-i+1}) for i = max(1, 2K-L+1) … K. So the weakest that stays takes in the strongest that goes, and so on outwards.
/// The printed range begins at K-(L-K), one head too low: that one would pair with head L+1. With grouped queries each kv group is a list of its own and only
/// query heads take part; where each head has its own keys and values, those are merged too.
/// </summary>
public static class HeadResiduals
{
    /// <summary>Adds merges to a plan and puts its heads in order of importance. A plan that cuts no heads of a kept group stays as it is.</summary>
    /// <param name="donor">The donor.</param>
    /// <param name="plan">Which heads stay.</param>
    /// <param name="scores">What ranks them.</param>
    /// <param name="names">Names of the scores: of heads; of groups where each head has its own keys and values.</param>
    /// <param name="sign">Literal or flipped.</param>
    /// <param name="output">Whether the output projection takes part.</param>
    /// <exception cref="PrunusInputException">A layer keeps fewer than half of its heads, or a score is missing.</exception>
    public static PruningPlan Merge(DecoderConfig donor, PruningPlan plan, Scores scores, SelectionOptions names, HeadMerging sign, bool output)
    {
        if (sign == HeadMerging.None)
        {
            return plan;
        }

        var (kept, suffix, merges) = (plan.Resolve(donor), names.Suffix.Length > 0 ? "." + names.Suffix : "", new List<HeadMerge>());
        IReadOnlyList<int>[] heads = [.. kept.QueryHeads], groups = [.. kept.KvGroups];
        foreach (var i in kept.Layers.Order())
        {
            var layer = donor.Layers[i];
            var (single, share) = (layer.QueryHeads == layer.KvGroups, layer.QueryHeads / layer.KvGroups);
            if (heads[i].Count == (single ? layer.QueryHeads : groups[i].Count * share))
            {
                continue;
            }

            var score = scores.Of($"L{i}.{(single ? names.Groups : names.Heads)}{suffix}", layer.QueryHeads);
            var lists = single ? [[.. Enumerable.Range(0, layer.QueryHeads)]] : groups[i].Select(g => Enumerable.Range(g * share, share).ToArray()).ToArray();
            var sorted = lists.Select(list => Sorted(list, heads[i], score)).ToArray();
            heads[i] = [.. sorted.SelectMany(s => s.Stay)];
            groups[i] = single ? heads[i] : groups[i];
            var matrices = (single ? HeadMatrices.Query | HeadMatrices.Key | HeadMatrices.Value : HeadMatrices.Query) | (output ? HeadMatrices.Output : HeadMatrices.None);
            merges.Add(new HeadMerge(i, sign, matrices, [.. sorted.SelectMany(s => Pairs(s.Stay, s.Go, i))]));
        }

        return merges.Count == 0 ? plan : plan with
        {
            QueryHeads = heads,
            KvGroups = plan.KvGroups is null ? null : groups,
            HeadMerges = merges,
        };
    }

    /// <summary>Refuses a shape of which heads cannot be merged, before anything is scored.</summary>
    /// <exception cref="PrunusInputException">A layer keeps fewer than half of its heads.</exception>
    public static void Check(DecoderConfig donor, DecoderShape shape)
    {
        for (var i = 0; i < donor.LayerCount; i++)
        {
            var layer = donor.Layers[i];
            if (layer.QueryHeads == layer.KvGroups)
            {
                CheckHalf(shape.QueryHeads[i], layer.QueryHeads, i);
            }
            else
            {
                CheckHalf(shape.QueryHeads[i] / shape.KvGroups[i], layer.QueryHeads / layer.KvGroups, i);
            }
        }
    }

    /// <summary>The pairs of one list of heads.</summary>
    /// <param name="stay">The K heads that stay, the most important first.</param>
    /// <param name="go">The L - K others, the most important first.</param>
    /// <param name="layer">For the error.</param>
    internal static IEnumerable<HeadPair> Pairs(IReadOnlyList<int> stay, IReadOnlyList<int> go, int layer)
    {
        var (k, l) = (stay.Count, stay.Count + go.Count);
        CheckHalf(k, l, layer);
        for (var i = Math.Max(1, (2 * k) - l + 1); i <= k; i++)
        {
            // Head 2K-i+1 of the whole list is the (K-i+1)th of those that go.
            yield return new HeadPair(stay[i - 1], go[k - i]);
        }
    }

    private static void CheckHalf(int k, int l, int layer)
    {
        if (2 * k < l)
        {
            throw new PrunusInputException("--merge-heads", $"cannot pair heads: layer {layer} keeps {k} of {l}, fewer than half", $"keep {(l + 1) / 2} or more, or leave the option out");
        }
    }

    private static (int[] Stay, int[] Go) Sorted(int[] list, IReadOnlyList<int> kept, IReadOnlyList<double> score)
    {
        var order = list.OrderByDescending(h => score[h]).ToArray();
        return ([.. order.Where(kept.Contains)], [.. order.Where(h => !kept.Contains(h))]);
    }
}
