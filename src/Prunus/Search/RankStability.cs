using Prunus.Runs;

namespace Prunus.Search;

/// <summary>
/// When a ranking is settled. Rankings flip in the first hundreds of steps and then stay (Muralidharan et al. 2024, figure 9), so a search can end once so
/// many rounds in a row rank as the one before them did.
/// </summary>
public static class RankStability
{
    /// <summary>Kendall's τ-b of each round's losses with those of the round before: one less than there are rounds.</summary>
    /// <param name="rounds">Loss of every candidate after each round, in one order.</param>
    public static IReadOnlyList<double> Correlations(IReadOnlyList<IReadOnlyList<double>> rounds) =>
        [.. rounds.Zip(rounds.Skip(1), RankCorrelation.Kendall)];

    /// <summary>Whether the last <paramref name="inARow"/> correlations are <paramref name="tau"/> or more. One candidate alone is ranked at once.</summary>
    public static bool IsSettled(IReadOnlyList<IReadOnlyList<double>> rounds, double tau, int inARow)
    {
        if (inARow == 0 || rounds.Count == 0)
        {
            return false;
        }

        var correlations = Correlations(rounds);
        return rounds[0].Count == 1 || (correlations.Count >= inARow && correlations.TakeLast(inARow).All(c => c >= tau));
    }
}
