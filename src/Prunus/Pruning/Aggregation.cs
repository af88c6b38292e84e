namespace Prunus.Pruning;

/// <summary>How a run of values x becomes one number.</summary>
public enum Statistic
{
    /// <summary>(1/k) Σ |x|.</summary>
    Mean,

    /// <summary>sqrt(Σ x²).</summary>
    L2,

    /// <summary>(1/k) Σ (x - mean x)², without Bessel's correction.</summary>
    Variance,
}

/// <summary>
/// The two stages from values per token to one score (Muralidharan et al. 2024, section 2.2): over the tokens of each sequence first, then
/// over all calibration sequences, whatever the batches.
/// </summary>
/// <param name="Batch">Over sequences.</param>
/// <param name="Sequence">Over the tokens of a sequence.</param>
public readonly record struct Aggregation(Statistic Batch, Statistic Sequence)
{
    private static readonly string[] Names = ["mean", "l2", "var"];

    /// <summary><c>l2:mean</c>, the paper's best pair.</summary>
    public static Aggregation Default { get; } = new(Statistic.L2, Statistic.Mean);

    /// <summary>All nine pairs.</summary>
    public static IReadOnlyList<Aggregation> All { get; } =
        [.. Enum.GetValues<Statistic>().SelectMany(b => Enum.GetValues<Statistic>().Select(s => new Aggregation(b, s)))];

    /// <summary>As in the names of scores: <c>l2_mean</c>.</summary>
    public string Suffix => $"{Names[(int)Batch]}_{Names[(int)Sequence]}";

    /// <summary>Reads <c>batch:sequence</c>, such as <c>l2:mean</c>.</summary>
    /// <exception cref="PrunusInputException">It is none of the nine pairs.</exception>
    public static Aggregation Parse(string text)
    {
        foreach (var aggregation in All)
        {
            if (text == aggregation.ToString() || text == aggregation.Suffix)
            {
                return aggregation;
            }
        }

        throw new PrunusInputException("--aggregation", $"'{text}' is no aggregation", "write batch:sequence with mean, l2 or var, such as l2:mean");
    }

    /// <summary>As people write it: <c>l2:mean</c>.</summary>
    public override string ToString() => $"{Names[(int)Batch]}:{Names[(int)Sequence]}";
}
