using Prunus.Runs;

namespace Prunus.Recipes;

/// <summary>Judges the claims of a recipe over its seeds, paired by seed.</summary>
internal static class ClaimJudge
{
    /// <summary>Seeds below which nothing is judged.</summary>
    public const int FewestSeeds = 5;

    public static IReadOnlyList<Claim> Judge(RecipeResults results) => [.. results.Size.Claims.Select(c => Judge(c, results))];

    private static Claim Judge(RecipeClaim claim, RecipeResults results)
    {
        double[] values = [.. results.Size.Seeds.Select(seed => results.Quantity(claim.Quantity, seed))];
        var (mean, low, high) = StudentInterval.Of(values);
        var text = claim.Text + (values.Length > 1 && values.Distinct().Count() == 1 ? " (the same with every seed: one observation)" : "") + (results.IsLowerBound(claim.Quantity) ? " (a lower bound: the loss was not reached within the budget)" : "");
        var judged = claim.Side switch
        {
            ClaimSide.Above => Claim.Above(claim.Id, text, claim.Bound, mean, low, high),
            ClaimSide.Below => Claim.Below(claim.Id, text, claim.Bound, mean, low, high),
            _ => Claim.Within(claim.Id, text, claim.Centre, claim.Bound, mean, low, high),
        };
        return judged with
        {
            Must = claim.Bold ? true : null,
            Verdict = results.Size.Seeds.Count < FewestSeeds ? Verdict.NotJudged : double.IsNaN(mean) ? Verdict.Inconclusive : judged.Verdict,
        };
    }
}
