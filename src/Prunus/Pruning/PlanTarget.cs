using System.Text.Json.Nodes;
using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>What a pruned model shall be: a budget, explicit widths, or both (explicit widths stand, the budget is met by the other axes).</summary>
public sealed record PlanTarget
{
    /// <summary>Share of the parameters that stays, in (0, 1]; a tied head is counted once.</summary>
    public double? Keep { get; init; }

    /// <summary>Number of parameters that stays.</summary>
    public long? Parameters { get; init; }

    /// <summary>The budget counts parameters outside embedding, positions and output head only. Default false.</summary>
    public bool NonEmbedding { get; init; }

    public int? Hidden { get; init; }

    /// <summary>MLP neurons of every layer.</summary>
    public int? Ffn { get; init; }

    public int? Layers { get; init; }

    /// <summary>Query heads of every layer. Where each head has its own keys and values, they go along.</summary>
    public int? QueryHeads { get; init; }

    /// <summary>Key-value heads of every layer, with the query heads that share them.</summary>
    public int? KvGroups { get; init; }

    /// <summary>
    /// Axes that a budget may shrink; all of them by the same factor as nearly as grid and budget allow. Default hidden and ffn: width keeps
    /// more than depth at equal size (Muralidharan et al. 2024, best practice 3), and heads are few and coarse.
    /// </summary>
    public IReadOnlyList<Axis> Axes { get; init; } = [Axis.Hidden, Axis.Ffn];

    /// <summary>Hidden and ffn are multiples of this when a budget chooses them. Default 8, what tensor cores like at least.</summary>
    public int RoundTo { get; init; } = 8;

    /// <summary>Allow shapes that stock transformers does not load. Default false.</summary>
    public bool AllowUnloadable { get; init; }

    /// <summary>Every fault, one line each; empty when all is well.</summary>
    public IReadOnlyList<(string Option, string Problem, string Remedy)> Validate()
    {
        var faults = new List<(string, string, string)>();
        if (Keep is { } keep && !(keep > 0 && keep <= 1))
        {
            faults.Add(("--keep", "is not above 0 % and at most 100 %", "give the share of the parameters that stays, such as 60%"));
        }

        if (Parameters is < 1)
        {
            faults.Add(("--params", "is below 1", "give a number such as 65M"));
        }

        if (Keep is not null && Parameters is not null)
        {
            faults.Add(("--params", "is given beside --keep", "give one of the two"));
        }

        if ((Keep, Parameters, Hidden, Ffn, Layers, QueryHeads, KvGroups) == default)
        {
            faults.Add(("--keep", "is missing, and so are widths", "say what shall stay: --keep 60%, --params 65M, or widths such as --hidden 384 --ffn 1024"));
        }

        foreach (var (option, width) in new[] { ("--hidden", Hidden), ("--ffn", Ffn), ("--layers", Layers), ("--heads", QueryHeads), ("--kv-groups", KvGroups) })
        {
            if (width is < 1)
            {
                faults.Add((option, "is below 1", "keep at least one"));
            }
        }

        if (RoundTo < 1)
        {
            faults.Add(("--round-to", "is below 1", "give a multiple such as 8"));
        }

        if (Axes.Count == 0 || Axes.Contains(Axis.Vocab))
        {
            faults.Add(("--axes", "names no axis that a budget can shrink", "choose from hidden, ffn, heads, kv-groups, layers"));
        }

        return faults;
    }

    /// <summary>What identifies the target in a run's options.</summary>
    public JsonObject ToJson() => new()
    {
        ["keep"] = Keep,
        ["params"] = Parameters,
        ["non_embedding"] = NonEmbedding,
        ["hidden"] = Hidden,
        ["ffn"] = Ffn,
        ["layers"] = Layers,
        ["heads"] = QueryHeads,
        ["kv_groups"] = KvGroups,
        ["axes"] = string.Join(',', Axes),
        ["round_to"] = RoundTo,
        ["any_shape"] = AllowUnloadable,
    };
}
