namespace Prunus.Lottery.Universal;

/// <summary>How a number is summed from products of random weights.</summary>
/// <param name="Terms">Most products in a sum.</param>
/// <param name="Candidates">Products that are looked through at a time; others follow where no sum comes near enough.</param>
/// <param name="Greedy">Weights from this magnitude on take the largest products first, until less is left; biases, whose products are half as large, from half of it.</param>
/// <param name="Enough">Error of a sum that is small enough; compilation lowers it to ε/50.</param>
public sealed record TermOptions(int Terms = 5, int Candidates = 30, double Greedy = 4, double Enough = 2e-4)
{
    /// <summary>Largest <see cref="Terms"/>.</summary>
    public const int MostTerms = 8;

    /// <summary>Largest <see cref="Candidates"/>.</summary>
    public const int MostCandidates = 32;

    /// <exception cref="PrunusInputException">A number is out of range.</exception>
    public void Validate()
    {
        if (Terms is < 1 or > MostTerms)
        {
            throw new PrunusInputException("--terms", $"is {Terms}", $"give 1 to {MostTerms}");
        }

        if (Candidates is < 1 or > MostCandidates)
        {
            throw new PrunusInputException("--candidates", $"is {Candidates}", $"give 1 to {MostCandidates}");
        }
    }
}
