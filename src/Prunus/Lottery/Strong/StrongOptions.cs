using Prunus.Lottery.Strong.SubsetSums;

namespace Prunus.Lottery.Strong;

/// <summary>Which subset a weight gets.</summary>
public enum SubsetChoice
{
    /// <summary>The one with the nearest sum, over the numbers that are searched (<see cref="StrongOptions.Searched"/>).</summary>
    Best,

    /// <summary>The first one found within ε, among few elements before many.</summary>
    Any,

    /// <summary>The one with the fewest elements within ε.</summary>
    Smallest,
}

/// <summary>How a strong ticket is compiled.</summary>
/// <param name="Epsilon">Largest error of a weight or bias (<see cref="Of"/>).</param>
/// <param name="Law">Law of the random weights.</param>
/// <param name="Samples">n: random numbers for every weight, at most 64.</param>
/// <param name="Scale">What the target is divided by.</param>
/// <param name="Choice">Which subset is taken. Where no subset is within ε, the nearest.</param>
/// <param name="Seed">Seed of the random net.</param>
public sealed record StrongOptions(double Epsilon, SamplingLaw Law, int Samples, TargetScale Scale = TargetScale.Half, SubsetChoice Choice = SubsetChoice.Best, long Seed = 0)
{
    // Pensia et al.'s 21 samples at ε = 0.01. Of products half are 0: of 10^5 weights the unluckiest has 11 others among 50, too few for ε/4 (a layer divided by 4), and 14 among 60.
    private const double IndependentPerBit = 3.16, TheoremPerBit = 9;
    private const int LeastIndependent = 8, LeastTheorem = 48;

    /// <summary>Whose weights ε is the error of: the target's, unless the theorem's own form is asked for.</summary>
    public EpsilonOf Of { get; init; } = EpsilonOf.Target;

    /// <summary>How many numbers other than 0 of a weight are searched for the nearest sum; all of them (40 at most) where none of these sums is within ε. Four more take four
    /// times as long and come sixteen times nearer.</summary>
    public int Searched { get; init; } = 24;

    /// <summary>The same of convolutions, which have few weights, and whose errors grow in every layer behind them.</summary>
    public int SearchedOfConvolutions { get; init; } = 28;

    /// <summary>n that mostly suffices for an ε: 3.16 · log2(1/ε) as in Pensia et al. 2020 (21 for 0.01), 8 to 64; and 9 · log2(1/ε), 48 to 64, under the
    /// law <c>theorem</c> (60 for 0.01).</summary>
    public static int SamplesFor(SamplingLaw law, double epsilon) => (int)Math.Clamp(
        Math.Round(-Math.Log2(epsilon) * (law.HasSecondLayer ? TheoremPerBit : IndependentPerBit)), law.HasSecondLayer ? LeastTheorem : LeastIndependent, SubsetSumSolver.LongestSample);

    /// <summary>Refuses what cannot be compiled, naming the option.</summary>
    /// <exception cref="PrunusInputException">Something is out of range.</exception>
    public void Validate()
    {
        if (!(Epsilon > 0 && double.IsFinite(Epsilon)))
        {
            throw new PrunusInputException("--epsilon", $"is {Epsilon}", "give a number above 0, such as 0.01");
        }

        if (Samples is < 1 or > SubsetSumSolver.LongestSample)
        {
            throw new PrunusInputException("--samples", $"is {Samples}", $"give 1 to {SubsetSumSolver.LongestSample}");
        }

        if (Math.Min(Searched, SearchedOfConvolutions) < 1 || Math.Max(Searched, SearchedOfConvolutions) > SubsetSumSolver.MostElements)
        {
            throw new PrunusInputException("--search", $"is {Searched} and {SearchedOfConvolutions} for convolutions", $"give 1 to {SubsetSumSolver.MostElements}");
        }
    }
}
