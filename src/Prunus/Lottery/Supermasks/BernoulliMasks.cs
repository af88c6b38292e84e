using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Supermasks;

/// <summary>What becomes of the size of weights when many are masked (dynamic weight rescaling).</summary>
public enum MaskRescaling
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A layer's weights times n / Σ mask, through which gradients go too (the authors' code).</summary>
    Differentiated,

    /// <summary>The same factor, taken as a constant.</summary>
    Constant,
}

/// <summary>
/// Learned masks (Zhou et al. 2019, arXiv 1905.01067, section 5): each pass keeps a weight with probability σ(m), drawn anew; dL/dm = dL/dw' · w · σ(m)(1 - σ(m)).
/// </summary>
public sealed record BernoulliMasks : SupermaskRule, IStraightRule
{
    /// <summary>Default none.</summary>
    public MaskRescaling Rescaling { get; init; }

    /// <summary>m at the start. Default 0: half of the weights.</summary>
    public double First { get; init; }

    public override IEnumerable<string> Faults()
    {
        if (!double.IsFinite(First))
        {
            yield return FormattableString.Invariant($"first score {First} is not finite");
        }
    }

    public override float[] FirstScores(TicketTensor tensor, long seed)
    {
        var values = new float[tensor.ElementCount];
        Array.Fill(values, (float)First);
        return values;
    }

    internal override bool Draws => true;

    internal override Tensor[] Factors(IReadOnlyList<Tensor> scores, int leading, Func<int, Tensor> draw) => [.. scores.Select((score, i) =>
    {
        var likely = score.sigmoid();
        var mask = Through(draw(i).lt(likely.detach()).to(score.dtype), likely);
        return Rescaling == MaskRescaling.None ? mask : mask.mul(Share(Rescaling == MaskRescaling.Constant ? mask.detach() : mask, leading));
    })];

    /// <summary>What is kept with a probability above one half.</summary>
    internal override Tensor[] Masks(IReadOnlyList<Tensor> scores, int leading)
    {
        using var noGradient = no_grad();
        return [.. scores.Select(s => Ops.IsAbove(s, 0).to(s.dtype))];
    }

    // L as a function of mask · c, c = n / Σ mask: dL/dmask = c g w - Σ(g w') / Σ mask, g = dL/dw', w' = c w mask; without the second term where c is taken as a constant.
    StraightPass IStraightRule.Pass(IReadOnlyList<Tensor> weights, IReadOnlyList<Tensor> scores, int leading, Func<int, Tensor> draw)
    {
        using var noGradient = no_grad();
        Tensor[] likely = [.. scores.Select(s => s.sigmoid())];
        Tensor[] used = [.. likely.Select((p, i) => draw(i).lt(p).to(p.dtype))];
        Tensor[] shares = Rescaling == MaskRescaling.None ? [] : [.. used.Select(mask => Kept(mask, leading).reciprocal())];
        var counts = Array.ConvertAll(used, mask => (double)mask.numel() / Members(mask, leading));
        Ops.ForeachMultiply(used, [.. weights]);
        Rescale(used);
        return new StraightPass(used, [.. likely, .. shares], ToScores);

        void ToScores(Tensor[] gradients)
        {
            using var noGradient = no_grad();
            Tensor[] along = Rescaling != MaskRescaling.Differentiated ? [] : [.. gradients.Zip(used, (g, w) => g.mul(w.detach()).sum(Within(g, leading), keepdim: true))];
            Ops.ForeachMultiply(gradients, [.. weights]);
            Rescale(gradients);
            for (var i = 0; i < gradients.Length; i++)
            {
                if (along.Length > 0)
                {
                    gradients[i].sub_(along[i].mul(shares[i]));
                }

                gradients[i].mul_(likely[i]).mul_(Ops.AddInPlace(likely[i].neg_(), 1.0));
            }
        }

        void Rescale(Tensor[] tensors)
        {
            for (var i = 0; i < shares.Length; i++)
            {
                tensors[i].mul_(Ops.Multiply(shares[i], counts[i]));
            }
        }
    }

    // n / Σ mask for each member.
    private static Tensor Share(Tensor mask, int leading) => Ops.Multiply(Kept(mask, leading).reciprocal(), (double)mask.numel() / Members(mask, leading));

    private static Tensor Kept(Tensor mask, int leading) => Ops.AtLeast(mask.sum(Within(mask, leading), keepdim: true), 1.0);

    private static long[] Within(Tensor mask, int leading) => [.. Enumerable.Range(leading, (int)mask.dim() - leading).Select(d => (long)d)];
}
