namespace Prunus.Lottery.Masks;

/// <summary>What a criterion looks at.</summary>
[Flags]
public enum CriterionNeeds
{
    None = 0,

    /// <summary>Weights before training.</summary>
    Initial = 1,

    /// <summary>Weights after training.</summary>
    Final = 2,

    /// <summary>Gradient of the loss at the initial weights.</summary>
    Gradient = 4,

    /// <summary>A uniform number for each weight.</summary>
    Random = 8,
}

/// <summary>What there is to judge one tensor by; each row-major, or empty where the criterion does not need it.</summary>
/// <param name="Initial">Weights before training.</param>
/// <param name="Final">Weights after training.</param>
/// <param name="Gradient">Gradient of the loss at the initial weights.</param>
/// <param name="Uniform">A uniform number for each weight.</param>
public sealed record CriterionValues(float[] Initial, float[] Final, float[] Gradient, float[] Uniform)
{
    /// <summary>Weights before and after training alone.</summary>
    public CriterionValues(float[] initial, float[] final)
        : this(initial, final, [], [])
    {
    }

    internal (double Initial, double Final, double Gradient, double Uniform) At(int index) => (Value(Initial, index), Value(Final, index), Value(Gradient, index), Value(Uniform, index));

    private static double Value(float[] values, int index) => values.Length == 0 ? 0 : values[index];
}

/// <summary>Score of one weight; the lowest go.</summary>
/// <param name="initial">Before training.</param>
/// <param name="final">After training.</param>
/// <param name="gradient">Gradient at the initial weight.</param>
/// <param name="uniform">A uniform number.</param>
public delegate double CriterionScore(double initial, double final, double gradient, double uniform);

/// <summary>Takes weights out of one mask without a score of its own.</summary>
/// <param name="mask">What has survived so far.</param>
/// <param name="values">What to judge by.</param>
/// <param name="share">Share of the survivors that goes.</param>
public delegate Mask CriterionCut(Mask mask, CriterionValues values, double share);

/// <summary>A way to decide which weights stay.</summary>
/// <param name="Id">As users write it.</param>
/// <param name="Title">One line: the score whose lowest go, or the rule.</param>
/// <param name="Paper">Where it comes from.</param>
/// <param name="Needs">What it looks at.</param>
/// <param name="Score">Score of a weight; null where the criterion is a rule for a whole layer, which no ranking over several layers can use.</param>
/// <param name="Rule">The rule, where there is no score.</param>
public sealed record MaskCriterion(string Id, string Title, string Paper, CriterionNeeds Needs, CriterionScore? Score, CriterionCut? Rule = null)
{
    /// <summary>Scores of one tensor, in float64.</summary>
    /// <exception cref="PrunusInputException">The criterion is a rule for a whole layer.</exception>
    public double[] Scores(CriterionValues values)
    {
        var score = Score ?? throw new PrunusInputException("criterion", $"'{Id}' gives no scores to rank several layers by", "prune layer by layer, or choose another criterion");
        var scores = new double[Length(values)];
        for (var i = 0; i < scores.Length; i++)
        {
            var (initial, final, gradient, uniform) = values.At(i);
            scores[i] = score(initial, final, gradient, uniform);
        }

        return scores;
    }

    /// <summary>Takes a share of the survivors out of one mask.</summary>
    /// <param name="mask">What has survived so far.</param>
    /// <param name="values">What to judge by.</param>
    /// <param name="share">Share that goes, 0 to 1; rules without a count do not read it.</param>
    public Mask Cut(Mask mask, CriterionValues values, double share) => Rule is not null
        ? Length(values) == mask.Count ? Rule(mask, values, share) : throw new ArgumentException("values and mask differ in length", nameof(values))
        : MaskCut.Lowest(mask, Scores(values), MaskRates.CountOf(mask.Kept, share));

    /// <summary>One round over a net.</summary>
    /// <param name="tensors">Tensors of the net, in the order of the pass.</param>
    /// <param name="masks">What has survived so far.</param>
    /// <param name="values">What to judge a tensor by, from its name; asked for tensors with a rate above 0.</param>
    /// <param name="options">Rates, scope, rule.</param>
    /// <exception cref="PrunusInputException">The options are at fault, or not for a criterion that judges a layer as a whole.</exception>
    public MaskCutResult Round(IReadOnlyList<TicketTensor> tensors, MaskSet masks, Func<string, CriterionValues> values, MaskCutOptions options)
    {
        options.Validate();
        var pruned = tensors.Where(t => options.Rates.Of(t) > 0).ToList();
        if (Rule is null)
        {
            return MaskCut.Round(tensors, masks, pruned.ToDictionary(t => t.Name, t => Scores(values(t.Name)), StringComparer.Ordinal), options);
        }

        return options is { Scope: MaskScope.Layerwise, Rule: MaskRule.Count, MinimumKeep: 0 }
            ? MaskCut.Result(masks, pruned.ToDictionary(t => t.Name, t => Cut(masks[t.Name], values(t.Name), options.Rates.Of(t)), StringComparer.Ordinal), 0)
            : throw new PrunusInputException("criterion", $"'{Id}' judges each layer as a whole", "prune layer by layer, with the exact count and no minimum to keep");
    }

    private int Length(CriterionValues values)
    {
        int[] lengths = [.. new[] { (CriterionNeeds.Initial, values.Initial), (CriterionNeeds.Final, values.Final), (CriterionNeeds.Gradient, values.Gradient), (CriterionNeeds.Random, values.Uniform) }
            .Where(v => Needs.HasFlag(v.Item1)).Select(v => v.Item2.Length).Distinct()];
        return lengths.Length == 1 ? lengths[0] : throw new ArgumentException($"{Id} needs {Needs}, all of one length", nameof(values));
    }
}
