using Prunus.Lottery.Masks;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Supermasks;

/// <summary>
/// edge-popup (Ramanujan et al. 2020, arXiv 1911.13299): each step's pass uses the weights with the highest scores, and all scores learn, also those of weights that are
/// not used: dL/ds = dL/dw' · w. Of n weights the ⌊(1 - keep)·n⌋ lowest are left out, lower indices first among equal scores.
/// </summary>
/// <param name="Keep">k: share of the weights that is used, above 0 and at most 1.</param>
public sealed record EdgePopup(double Keep) : SupermaskRule, IStraightRule
{
    /// <summary>Whether scores are ranked with their sign, as in the paper's formula. Default false: by magnitude, which is what the authors ran (the gradient then has the score's sign).</summary>
    public bool Signed { get; init; }

    /// <summary>Whether all layers are ranked together; then scores of layers with few inputs, which start larger, are favoured. Default false.</summary>
    public bool Global { get; init; }

    /// <summary>Whether weights are multiplied by √(1/k), which gives sums of what is left the variance of all (the paper's scaled laws). Default false.</summary>
    public bool Scaled { get; init; }

    public override IEnumerable<string> Faults()
    {
        if (!(Keep is > 0 and <= 1))
        {
            yield return FormattableString.Invariant($"share kept {Keep} is not above 0 and at most 1");
        }
    }

    /// <summary>U(-1/√fan_in, 1/√fan_in), as the authors draw them.</summary>
    public override float[] FirstScores(TicketTensor tensor, long seed)
    {
        var values = SupermaskScores.Uniform(tensor, seed);
        var bound = 1 / Math.Sqrt(tensor.Shape.Skip(1).Aggregate(1L, (n, d) => n * d));
        return Array.ConvertAll(values, u => (float)(((2.0 * u) - 1) * bound));
    }

    internal override Tensor[] Factors(IReadOnlyList<Tensor> scores, int leading, Func<int, Tensor> draw)
    {
        Tensor[] ranks = [.. scores.Select(s => Signed ? s : s.abs())], masks = Kept(ranks, leading);
        return [.. masks.Zip(ranks, (mask, rank) => Scaled ? Ops.Multiply(Through(mask, rank), Math.Sqrt(1 / Keep)) : Through(mask, rank))];
    }

    internal override Tensor[] Masks(IReadOnlyList<Tensor> scores, int leading)
    {
        using var noGradient = no_grad();
        return Kept([.. scores.Select(s => Signed ? s.alias() : s.abs())], leading);
    }

    StraightPass IStraightRule.Pass(IReadOnlyList<Tensor> weights, IReadOnlyList<Tensor> scores, int leading, Func<int, Tensor> draw)
    {
        var used = Masks(scores, leading);
        Ops.ForeachMultiply(used, [.. weights]);
        Scale(used);
        return new StraightPass(used, [], gradients =>
        {
            Ops.ForeachMultiply(gradients, [.. weights]);
            Scale(gradients);
            if (!Signed)
            {
                Ops.ForeachMultiplySigns(gradients, [.. scores]);
            }
        });
    }

    private void Scale(Tensor[] tensors)
    {
        if (Scaled)
        {
            using var noGradient = no_grad();
            Array.ForEach(tensors, t => Ops.MultiplyInPlace(t, Math.Sqrt(1 / Keep)));
        }
    }

    private Tensor[] Kept(Tensor[] ranks, int leading)
    {
        Tensor[] rows = [.. ranks.Select(r => r.detach().reshape(Members(r, leading), -1))];
        if (!Global)
        {
            return [.. rows.Zip(ranks, (row, rank) => TopMask.Of(row, Dropped(row.size(1))).view(rank.shape))];
        }

        var all = cat(rows, 1);
        var kept = TopMask.Of(all, Dropped(all.size(1))).split([.. rows.Select(r => r.size(1))], 1);
        return [.. kept.Zip(ranks, (row, rank) => row.clone().view(rank.shape))];
    }

    private long Dropped(long count) => (long)((1 - Keep) * count);
}
