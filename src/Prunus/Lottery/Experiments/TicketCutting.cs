using Prunus.Lottery.Masks;
using Prunus.Lottery.Supermasks;

namespace Prunus.Lottery.Experiments;

/// <summary>When masks are found.</summary>
public enum TicketMoment
{
    /// <summary>After a training, from its weights.</summary>
    End,

    /// <summary>Before any training: from first weights, a batch of data, or by chance.</summary>
    Initialisation,

    /// <summary>Little by little during the one training that there is.</summary>
    Training,

    /// <summary>By training scores of weights that stay as they were drawn: supermasks.</summary>
    Scores,
}

/// <summary>How masks are found.</summary>
/// <param name="Options">Rates of a round, and what is ranked together.</param>
/// <param name="Criterion">A criterion of <see cref="MaskCriteria"/>; before training one of <see cref="InitialCriteria"/>.</param>
/// <param name="Levels">Levels that have cells, ascending, 0 = dense. An iterative search also trains those between.</param>
/// <param name="Once">One-shot: each level is cut at once, to the counts that rounds would give. So is every cut that is not at the end.</param>
public sealed record TicketCutting(MaskCutOptions Options, string Criterion, IReadOnlyList<int> Levels, bool Once)
{
    /// <summary>When masks are found. Default after training.</summary>
    public TicketMoment At { get; init; }

    /// <summary>Before training: batches of data that gradients are taken of together; null = as many as give ten images a class. Default null.</summary>
    public int? Batches { get; init; }

    /// <summary>During training: when weights go.</summary>
    public TicketPace Pace { get; init; } = new();

    /// <summary>At most N of each M weights instead of counts, in every layer whose rate is not 0; level 1 is that. With <see cref="TicketMoment.Training"/> by SR-STE. Default none.</summary>
    public NmPattern? Pattern { get; init; }

    /// <summary>λ of SR-STE: how strongly weights that a pattern leaves out are drawn to 0 as it is trained.</summary>
    public double Decay { get; init; } = NmPattern.PaperDecay;

    /// <summary>By scores: how they become masks. Of edge-popup a level is the percentage of weights that is used.</summary>
    public SupermaskRule Supermask { get; init; } = new EdgePopup(0.5);

    /// <summary>The rule of a level.</summary>
    internal SupermaskRule SupermaskAt(int level) => Supermask is EdgePopup popup ? popup with { Keep = level / 100.0 } : Supermask;

    /// <summary>One round on.</summary>
    internal MaskCutResult Round(IReadOnlyList<TicketTensor> tensors, MaskSet masks, Func<string, CriterionValues> values)
    {
        var criterion = MaskCriteria.Named(Criterion);
        return criterion.Score is null
            ? new(masks.Select((name, mask) => criterion.Cut(mask, values(name), Options.Rates.Of(tensors.First(t => t.Name == name)))), [], 0)
            : MaskCut.Round(tensors, masks, masks.Names.ToDictionary(n => n, n => criterion.Scores(values(n))), Options);
    }

    /// <summary>As many weights as so many rounds would leave, in one cut; or those of the pattern.</summary>
    internal MaskCutResult AtOnce(IReadOnlyList<TicketTensor> tensors, MaskSet masks, Func<string, CriterionValues> values, int rounds)
    {
        if (Pattern is { } pattern)
        {
            return new(Patterned(pattern, tensors, masks, values), [], 0);
        }

        var cut = To(MaskPool.After(tensors, Options, rounds), masks, values);
        return cut with { HeldBack = HeldBack(tensors, cut.Masks, rounds) };
    }

    /// <summary>Cuts to counts.</summary>
    internal MaskCutResult To(IReadOnlyList<MaskPool> pools, MaskSet masks, Func<string, CriterionValues> values)
    {
        var criterion = MaskCriteria.Named(Criterion);
        return MaskCut.ToCounts(masks, pools.SelectMany(p => p.Tensors).ToDictionary(t => t.Name, t => criterion.Scores(values(t.Name))), pools, Options.MinimumKeep);
    }

    /// <summary>Weights that masks of a cut to counts keep beyond those that so many rounds without a minimum to keep would leave.</summary>
    internal long HeldBack(IReadOnlyList<TicketTensor> tensors, MaskSet masks, int level) => Options.MinimumKeep == 0 ? 0 :
        MaskPool.After(tensors, Options with { MinimumKeep = 0 }, level).Sum(p => Math.Max(0, p.Tensors.Sum(t => (long)masks[t.Name].Kept) - p.Kept));

    private MaskSet Patterned(NmPattern pattern, IReadOnlyList<TicketTensor> tensors, MaskSet masks, Func<string, CriterionValues> values)
    {
        var criterion = MaskCriteria.Named(Criterion);
        return masks.Select((name, mask) => Options.Rates.Of(tensors.First(t => t.Name == name)) > 0
            ? pattern.Of(mask.Shape, Array.ConvertAll(criterion.Scores(values(name)), s => (float)s)) : mask);
    }
}

/// <summary>When weights go during training (Zhu and Gupta 2017, arXiv 1710.01878).</summary>
/// <param name="From">Share of the steps before the first go. Default 0.</param>
/// <param name="To">Share of the steps after which none go; the rest heals. Default 0.75.</param>
/// <param name="Cuts">Times that some go, at most one a step. Default 20.</param>
public sealed record TicketPace(double From = 0, double To = 0.75, int Cuts = 20)
{
    /// <summary>The schedule in a training.</summary>
    /// <param name="iterations">Steps of the training.</param>
    /// <param name="sparsity">Share of the weights that is gone at the end.</param>
    public GradualSchedule Schedule(int iterations, double sparsity)
    {
        var (start, span) = ((int)(From * iterations), (int)((To - From) * iterations));
        var cuts = Math.Clamp(span, 1, Cuts);
        return new GradualSchedule { Start = start, Cuts = cuts, Every = Math.Max(1, span / cuts), Final = sparsity };
    }

    /// <summary>Steps done at which weights go, ascending. At the first step of the schedule none do.</summary>
    /// <param name="iterations">Steps of the training.</param>
    public IReadOnlyList<int> Steps(int iterations)
    {
        var schedule = Schedule(iterations, 0);
        return [.. Enumerable.Range(1, schedule.Cuts).Select(i => (int)schedule.Start + (i * schedule.Every))];
    }

    /// <summary>What is wrong with these values in a training of so many steps; empty when nothing is.</summary>
    /// <param name="iterations">Steps of the training.</param>
    public IEnumerable<string> Faults(int iterations)
    {
        if (!(From >= 0 && From < To && To < 1) || Cuts < 1)
        {
            yield return FormattableString.Invariant($"shares {From} to {To} with {Cuts} cuts are not 0 to below 1, ascending, with 1 cut at least");
        }
        else if (Steps(iterations)[^1] >= iterations)
        {
            yield return $"{iterations} steps are too few";
        }
    }
}
