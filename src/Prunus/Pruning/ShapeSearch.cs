using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>Walks the grid of widths. Parameters grow with the number of neurons, so that axis is solved by bisection, the others are tried one by one.</summary>
internal sealed class ShapeSearch
{
    private readonly DecoderConfig _donor;
    private readonly ParameterCount _count;
    private readonly IReadOnlyList<int>[] _kept;
    private readonly HashSet<Axis> _free;
    private readonly IReadOnlyList<int> _hidden, _layers;
    private readonly IReadOnlyList<AxisLevel> _ffn, _groups, _heads;
    private readonly long[][] _ffnTotals;
    private readonly DecoderFamily _family;
    private readonly DecoderShape _whole;
    private readonly int[] _kinds;
    private readonly int _donorProblems;
    private readonly bool _mustLoad;

    public ShapeSearch(DecoderConfig donor, PlanTarget target, ParameterCount count, Func<int, IReadOnlyList<int>> keptLayers, List<string> notes)
    {
        (_donor, _count) = (donor, count);
        _family = DecoderFamilies.Of(donor);
        _whole = DecoderShape.Of(donor);
        _kinds = [.. donor.Layers.Index().DistinctBy(l => l.Item).Select(l => l.Index)];
        _donorProblems = _family.ExportProblems(donor).Count;
        var budget = target.Keep is not null || target.Parameters is not null;
        var multiHead = donor.Layers.All(l => l.QueryHeads == l.KvGroups);
        var (givenHeads, givenGroups) = multiHead ? (null, SameHeads(target)) : (target.QueryHeads, target.KvGroups);
        _free = budget ? [.. target.Axes] : [];
        if (multiHead && _free.Remove(Axis.QueryHeads))
        {
            _free.Add(Axis.KvGroups);
        }

        Fix(Axis.Hidden, target.Hidden);
        Fix(Axis.Ffn, target.Ffn);
        Fix(Axis.Layers, target.Layers);
        Fix(Axis.QueryHeads, givenHeads);
        Fix(Axis.KvGroups, givenGroups ?? givenHeads);
        _mustLoad = budget && !target.AllowUnloadable;
        if (_mustLoad)
        {
            Couple(target, multiHead, givenGroups, notes);
        }

        _hidden = AxisLevels.Hidden(donor.Hidden, target.Hidden, target.RoundTo, _free.Contains(Axis.Hidden));
        _layers = AxisLevels.Layers(donor.LayerCount, target.Layers, _free.Contains(Axis.Layers));
        _kept = KeptLayers(keptLayers);
        _ffn = AxisLevels.Ffn(donor, target.Ffn, target.RoundTo, _free.Contains(Axis.Ffn));
        _ffnTotals = [.. _ffn.Select(f => Totals(f.PerLayer))];
        _groups = AxisLevels.KvGroups(donor, givenGroups, _free.Contains(Axis.KvGroups));
        _heads = AxisLevels.HeadsPerGroup(donor, givenHeads, _groups[0].PerLayer, _free.Contains(Axis.QueryHeads));
    }

    /// <summary>The best shape for a budget; without one, the shape that the explicit widths give.</summary>
    public (DecoderShape Shape, long Parameters) Best(long? budget, double tolerance)
    {
        (DecoderShape Shape, long Parameters, (int, double, double) Rank)? best = null;
        foreach (var groups in _groups)
        {
            foreach (var heads in _heads)
            {
                int[] queries = [.. groups.PerLayer.Zip(heads.PerLayer, (g, h) => g * h)];
                var (q, g) = (Totals(queries), Totals(groups.PerLayer));
                foreach (var hidden in _hidden.Where(h => !_mustLoad || Loads(h, queries, groups.PerLayer)))
                {
                    foreach (var layers in _layers)
                    {
                        Consider(hidden, layers, groups, heads, queries, q[layers], g[layers]);
                    }
                }
            }
        }

        return best is { } found ? (found.Shape, found.Parameters)
            : throw new PrunusInputException("--hidden", "no shape with these widths loads in stock transformers", "change the widths, or allow it with --allow-unloadable");

        void Consider(int hidden, int layers, AxisLevel groups, AxisLevel heads, int[] queries, long q, long g)
        {
            var level = NearestFfn(l => _count.Of(hidden, layers, q, g, _ffnTotals[l][layers]), budget);
            var ffn = _ffn[level];
            var parameters = _count.Of(hidden, layers, q, g, _ffnTotals[level][layers]);
            var miss = budget is { } b ? Math.Abs((double)parameters - b) / b : 0;
            if (miss > tolerance && best is { Rank.Item1: 0 })
            {
                return;
            }

            var uneven = Unevenness(hidden, layers, groups, heads, ffn);
            var rank = miss <= tolerance ? (0, uneven, miss) : (1, miss, uneven);
            if (best is null || rank.CompareTo(best.Value.Rank) < 0)
            {
                best = (new DecoderShape(hidden, ffn.PerLayer, queries, groups.PerLayer, layers), parameters, rank);
            }
        }
    }

    private static int? SameHeads(PlanTarget target) =>
        target.QueryHeads is { } q && target.KvGroups is { } g && q != g
            ? throw new PrunusInputException("--kv-groups", $"is {g} beside {q} heads, but in this donor each head has its own keys and values", "give one of the two")
            : target.QueryHeads ?? target.KvGroups;

    // Which layers stay is asked only where it matters: an answer may cost many forward passes.
    private IReadOnlyList<int>[] KeptLayers(Func<int, IReadOnlyList<int>> keptLayers)
    {
        var (kept, uniform) = (new IReadOnlyList<int>[_donor.LayerCount + 1], DecoderShape.IsUniform(_donor));
        foreach (var count in _layers)
        {
            kept[count] = uniform ? [.. Enumerable.Range(0, count)] : keptLayers(count);
        }

        return kept;
    }

    // Sums over the layers that stay, for every number of them that may.
    private long[] Totals(int[] perLayer) => [.. _kept.Select(layers => layers?.Sum(i => (long)perLayer[i]) ?? 0)];

    private void Fix(Axis axis, int? given)
    {
        if (given is not null)
        {
            _free.Remove(axis);
        }
    }

    // Where a family derives head_dim from hidden / heads, neither can shrink alone.
    private void Couple(PlanTarget target, bool multiHead, int? givenGroups, List<string> notes)
    {
        if (!multiHead || _family.HeadDimKey is not null)
        {
            return;
        }

        if ((_free.Contains(Axis.Hidden) || target.Hidden is not null) && givenGroups is null && _free.Add(Axis.KvGroups))
        {
            notes.Add("heads shrink in step with hidden: this family stores no head_dim");
        }
        else if ((_free.Contains(Axis.KvGroups) || givenGroups is not null) && target.Hidden is null && _free.Add(Axis.Hidden))
        {
            notes.Add("hidden shrinks in step with the heads: this family stores no head_dim");
        }
    }

    // Donors that do not load as they are may stay so: only new problems count. One layer of each kind stands for all.
    private bool Loads(int hidden, int[] queries, int[] groups)
    {
        var shape = _whole with { Hidden = hidden, QueryHeads = queries, KvGroups = groups };
        return _family.ExportProblems(shape.Apply(_donor, _kinds)).Count <= _donorProblems;
    }

    private int NearestFfn(Func<int, long> parameters, long? budget)
    {
        if (budget is not { } wanted)
        {
            return _ffn.Count - 1;
        }

        var (low, high) = (0, _ffn.Count - 1);
        if (parameters(high) <= wanted)
        {
            return high;
        }

        while (low < high)
        {
            var middle = (low + high) / 2;
            if (parameters(middle) < wanted)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low > 0 && Math.Abs(parameters(low - 1) - wanted) <= Math.Abs(parameters(low) - wanted) ? low - 1 : low;
    }

    private double Unevenness(int hidden, int layers, AxisLevel groups, AxisLevel heads, AxisLevel ffn)
    {
        Span<double> logs = stackalloc double[5];
        var n = 0;
        foreach (var axis in _free)
        {
            logs[n++] = Math.Log(axis switch
            {
                Axis.Hidden => (double)hidden / _donor.Hidden,
                Axis.Layers => (double)layers / _donor.LayerCount,
                Axis.Ffn => ffn.Factor,
                Axis.KvGroups => groups.Factor,
                _ => heads.Factor,
            });
        }

        double mean = 0, spread = 0;
        foreach (var log in logs[..n])
        {
            mean += log / n;
        }

        foreach (var log in logs[..n])
        {
            spread += (log - mean) * (log - mean);
        }

        return spread;
    }
}
