using Prunus.Lottery.Masks;

namespace Prunus.Lottery.Experiments;

/// <summary>How masks come from trained weights.</summary>
/// <param name="Options">Rates of a round, and what is ranked together.</param>
/// <param name="Criterion">A criterion of <see cref="MaskCriteria"/>.</param>
/// <param name="Levels">Levels that have cells, ascending, 0 = dense. An iterative search also trains those between.</param>
/// <param name="Once">One-shot: each level is cut from the trained dense net at once, to the counts that rounds would give.</param>
public sealed record TicketCutting(MaskCutOptions Options, string Criterion, IReadOnlyList<int> Levels, bool Once)
{
    /// <summary>One round on.</summary>
    internal MaskSet Round(IReadOnlyList<TicketTensor> tensors, MaskSet masks, Func<string, CriterionValues> values)
    {
        var criterion = MaskCriteria.Named(Criterion);
        return criterion.Score is null
            ? masks.Select((name, mask) => criterion.Cut(mask, values(name), Options.Rates.Of(tensors.First(t => t.Name == name))))
            : MaskCut.Round(tensors, masks, masks.Names.ToDictionary(n => n, n => criterion.Scores(values(n))), Options).Masks;
    }

    /// <summary>As many weights as so many rounds would leave, in one cut.</summary>
    internal MaskSet AtOnce(IReadOnlyList<TicketTensor> tensors, MaskSet masks, Func<string, CriterionValues> values, int rounds)
    {
        var criterion = MaskCriteria.Named(Criterion);
        var scores = masks.Names.ToDictionary(n => n, n => criterion.Scores(values(n)));
        if (Options.Scope == MaskScope.Layerwise)
        {
            var kept = PmTable.Rows(tensors, Options, rounds)[^1].Kept;
            return MaskCut.ToCounts(masks, scores, masks.Names.Select((n, i) => (n, i)).ToDictionary(p => p.n, p => checked((int)kept[p.i]))).Masks;
        }

        // Ranked together, the share that so many rounds leave is one share.
        var share = new MaskRates(After(Options.Rates.Convolution), After(Options.Rates.Linear), After(Options.Rates.Output));
        return MaskCut.Round(tensors, masks, scores, Options with { Rates = share }).Masks;

        double After(double rate) => 1 - Math.Pow(1 - rate, rounds);
    }
}
