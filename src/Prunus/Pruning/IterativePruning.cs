using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>
/// The cut in T parts, importance being measured anew before each (Muralidharan et al. 2024, table 14): of an axis that goes from a to b, part i leaves
/// a + i (b − a) / T, hidden and ffn to the nearest multiple. The plan that comes out is one plan of the donor: each part chooses among what the parts before left.
/// </summary>
internal static class IterativePruning
{
    /// <summary>Makes the plan.</summary>
    /// <param name="donor">The donor; its layers are all alike.</param>
    /// <param name="shape">The shape to reach.</param>
    /// <param name="options">Number of parts, and the multiple of hidden and ffn.</param>
    /// <param name="once">Measures a model and chooses what stays of it: its plan for explicit widths.</param>
    /// <returns>The plan and the scores of the donor itself.</returns>
    /// <exception cref="PrunusInputException">The donor's layers differ in width.</exception>
    public static (PruningPlan Plan, Scores Scores) Run(Decoder donor, DecoderShape shape, PruneOptions options, Func<Decoder, PruneOptions, PruneResult> once)
    {
        if (!DecoderShape.IsUniform(donor.Config))
        {
            throw new PrunusInputException("--iterations", "needs layers of one width, and the donor's differ", "leave it at 1");
        }

        var (plan, current) = (new PruningPlan(), donor);
        Scores? scores = null;
        try
        {
            for (var i = 1; i <= options.Iterations; i++)
            {
                var part = once(current, options with { Iterations = 1, RescaleNorms = false, Target = Step(donor.Config, shape, i, options) });
                scores ??= part.Scores;
                plan = Compose(donor.Config, plan, part.Plan);
                if (i < options.Iterations)
                {
                    var next = Surgery.Prune(donor, plan);
                    Free(current, donor);
                    current = next;
                }
            }
        }
        finally
        {
            Free(current, donor);
        }

        return (plan, scores!);
    }

    /// <summary>The widths after part <paramref name="i"/> of the cut, 1-based.</summary>
    public static PlanTarget Step(DecoderConfig donor, DecoderShape shape, int i, PruneOptions options)
    {
        var (first, last, parts) = (donor.Layers[0], i == options.Iterations, options.Iterations);
        var groups = Width(first.KvGroups, shape.KvGroups[0], 1);
        return new PlanTarget
        {
            Hidden = Width(donor.Hidden, shape.Hidden, options.Target.RoundTo),
            Ffn = Width(first.Ffn, shape.Ffn[0], options.Target.RoundTo),
            KvGroups = groups,
            QueryHeads = groups * Width(first.QueryHeads / first.KvGroups, shape.QueryHeads[0] / shape.KvGroups[0], 1),
            Layers = Width(donor.LayerCount, shape.LayerCount, 1),
            RoundTo = options.Target.RoundTo,
            AllowUnloadable = true,
        };

        int Width(int from, int to, int multiple) =>
            last || from == to ? to : Math.Clamp((int)Math.Round((from + ((double)i * (to - from) / parts)) / multiple, MidpointRounding.AwayFromZero) * multiple, to, from);
    }

    /// <summary>Two cuts, the second in indices of what the first leaves, as one plan of the donor; axes that stay whole are left out.</summary>
    public static PruningPlan Compose(DecoderConfig donor, PruningPlan first, PruningPlan second)
    {
        var left = first.Resolve(donor);
        var then = second.Resolve(left.Resulting(donor));
        int[] layers = [.. then.Layers.Select(l => left.Layers[l])];
        var shares = donor.Layers.Select(l => l.QueryHeads / l.KvGroups).ToArray();
        var (ffn, groups, heads) = (PerLayer(k => k.Ffn), PerLayer(k => k.KvGroups), PerLayer(k => k.QueryHeads));
        return new PruningPlan
        {
            Layers = layers.Length < donor.LayerCount ? layers : null,
            Hidden = then.Hidden.Count < donor.Hidden ? [.. then.Hidden.Select(h => left.Hidden[h])] : null,
            Ffn = Whole(ffn, l => donor.Layers[l].Ffn) ? null : ffn,
            KvGroups = Whole(groups, l => donor.Layers[l].KvGroups) ? null : groups,
            QueryHeads = Whole(heads, l => groups[l].Count * shares[l]) ? null : heads,
        };

        IReadOnlyList<int>[] PerLayer(Func<KeptIndices, IReadOnlyList<IReadOnlyList<int>>> axis)
        {
            var lists = new IReadOnlyList<int>[donor.LayerCount];
            Array.Fill(lists, []);
            foreach (var (at, layer) in then.Layers.Zip(layers))
            {
                lists[layer] = [.. axis(then)[at].Select(unit => axis(left)[layer][unit])];
            }

            return lists;
        }

        bool Whole(IReadOnlyList<int>[] lists, Func<int, int> width) => layers.All(l => lists[l].Count == width(l));
    }

    private static void Free(Decoder decoder, Decoder donor)
    {
        if (!ReferenceEquals(decoder, donor))
        {
            decoder.Dispose();
        }
    }
}
