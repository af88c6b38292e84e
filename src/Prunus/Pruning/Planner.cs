using System.Globalization;
using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>
/// Chooses widths for a budget. All combinations of the free axes' grids are tried; among those within 0.5 % of the budget the one whose axes
/// shrink most evenly wins (least sum of squared deviations of log factors from their mean), else the one nearest to the budget.
/// </summary>
public static class Planner
{
    private const double Tolerance = 0.005;

    // Beyond this the grid misses what was asked for: better to say so than to cut something else.
    private const double LargestMiss = 0.05;

    /// <summary>Proposes a shape.</summary>
    /// <param name="donor">The donor's architecture.</param>
    /// <param name="target">Budget, explicit widths, or both.</param>
    /// <param name="keptLayers">The layers that stay for a number of them (from layer importance); default the first ones. Matters to sizes only where layers differ.</param>
    /// <exception cref="PrunusInputException">An option is out of range, or the budget cannot be reached; the nearest size is named.</exception>
    public static PlanProposal Propose(DecoderConfig donor, PlanTarget target, Func<int, IReadOnlyList<int>>? keptLayers = null)
    {
        foreach (var (option, problem, remedy) in target.Validate())
        {
            throw new PrunusInputException(option, problem, remedy);
        }

        var kept = keptLayers ?? (n => [.. Enumerable.Range(0, n)]);
        var count = new ParameterCount(donor, target.NonEmbedding);
        var (before, notes) = (DecoderCost.Of(donor), new List<string>());
        var all = target.NonEmbedding ? before.NonEmbedding : before.Parameters;
        var budget = target.Parameters ?? (target.Keep is { } keep ? (long)Math.Round(keep * all) : (long?)null);
        if (budget > all)
        {
            throw new PrunusInputException("--params", string.Create(CultureInfo.InvariantCulture, $"is {budget:N0}, the donor has {all:N0}"), "ask for less");
        }

        var search = new ShapeSearch(donor, target, count, kept, notes);
        var best = search.Best(budget, Tolerance);
        if (budget is { } wanted && Math.Abs(best.Parameters - wanted) > Tolerance * wanted)
        {
            var reached = string.Create(CultureInfo.InvariantCulture, $"{best.Parameters:N0} parameters ({100.0 * best.Parameters / all:0.##} %)");
            if (Math.Abs(best.Parameters - wanted) > LargestMiss * wanted)
            {
                throw new PrunusInputException(
                    target.Keep is null ? "--params" : "--keep",
                    string.Create(CultureInfo.InvariantCulture, $"{wanted:N0} parameters cannot be reached by these axes; the nearest size is {reached}"),
                    "ask for that, or free more axes with --axes (hidden, ffn, heads, kv-groups, layers)");
            }

            notes.Add($"the grid is coarse here: {reached} is the nearest to the budget");
        }

        var result = best.Shape.Apply(donor, kept(best.Shape.LayerCount));
        return new PlanProposal(best.Shape, result, before, DecoderCost.Of(result), DecoderFamilies.Of(donor).ExportProblems(result), notes);
    }
}
