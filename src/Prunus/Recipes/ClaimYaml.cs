using System.Globalization;

namespace Prunus.Recipes;

/// <summary>
/// A claim of a recipe: <c>left</c> with <c>below</c>, <c>above</c> or <c>equals</c> (a reference, several as a list, or a number; <c>by</c> gives the least
/// difference or the margin; <c>times</c> compares a quotient), <c>order</c> (groups from low to high), or <c>rank</c> (correlation of two metrics over variants).
/// </summary>
internal static class ClaimYaml
{
    /// <summary>Reads a claim; null when this size leaves a variant of it out.</summary>
    public static RecipeClaim? Read(YamlMap map, VariantNames known, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var (id, text, bold) = (map.Need("id"), map.Need("text"), map.Flag("bold") ?? false);
        var claim = map.Has("order") ? Order(map, known, lists) : map.Has("rank") ? Rank(map, known) : Comparison(map, known);
        map.Done();
        return claim is { } found ? new RecipeClaim(id, text, bold, found.Quantity, found.Side, found.Bound) : null;
    }

    private static (ClaimQuantity Quantity, ClaimSide Side, double Bound)? Comparison(YamlMap map, VariantNames known)
    {
        var (key, side) = map.Has("below") ? ("below", ClaimSide.Below) : map.Has("above") ? ("above", ClaimSide.Above) : map.Has("equals") ? ("equals", ClaimSide.Within)
            : throw new PrunusInputException(map.Place, "says nothing", "add below, above or equals; or order; or rank");
        var left = known.References(map, "left", map.Texts("left") is { Count: > 0 } some ? some : throw new PrunusInputException(map.Place, "'left' is missing", "name a metric"));
        var others = map.Texts(key);
        var by = map.Real("by") ?? (side == ClaimSide.Within ? throw new PrunusInputException(map.Place, "'by' is missing", "an equal claim states its margin") : 0);
        if (others is [var number] && double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var bound))
        {
            return side == ClaimSide.Within ? throw map.Fault(key, "is a number", "name a metric to equal")
                : left is null ? null : (new ClaimQuantity.Difference(left, []), side, bound);
        }

        var right = known.References(map, key, others);
        if (map.Real("times") is { } times)
        {
            return left is null || right is null ? null
                : left is [var a] && right is [var b] && side != ClaimSide.Within ? (new ClaimQuantity.Ratio(a, b), side, times)
                : throw map.Fault("times", "compares one metric with one, above or below", "name one metric on each side");
        }

        return left is null || right is null ? null : (new ClaimQuantity.Difference(left, right), side, side == ClaimSide.Below ? -by : by);
    }

    private static (ClaimQuantity Quantity, ClaimSide Side, double Bound)? Order(YamlMap map, VariantNames known, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        var groups = new List<IReadOnlyList<MetricReference>>();
        foreach (var group in map.Each("order", lists))
        {
            var references = known.References(group, "of", group.Texts("of"));
            group.Done();
            if (references is null)
            {
                return null;
            }

            groups.Add(references);
        }

        return groups.Count >= 2 ? (new ClaimQuantity.Order(groups), ClaimSide.Above, 0) : throw map.Fault("order", "has fewer than two groups", "list groups from low to high, each as 'of: [...]'");
    }

    private static (ClaimQuantity Quantity, ClaimSide Side, double Bound)? Rank(YamlMap map, VariantNames known)
    {
        var rank = map.Map("rank")!;
        var (x, y) = (rank.Need("x"), rank.Need("y"));
        var variants = known.Matching(rank.Texts("variants"));
        var result = (known.References(rank, "x", variants.Select(v => $"{v}.{x}")), known.References(rank, "y", variants.Select(v => $"{v}.{y}")));
        rank.Done();
        var (side, bound) = map.Real("above") is { } above ? (ClaimSide.Above, above) : map.Real("below") is { } below ? (ClaimSide.Below, below)
            : throw new PrunusInputException(map.Place, "a rank claim needs above or below", "give the bound, such as above: 0");
        return variants.Count < 3 ? null : (new ClaimQuantity.RankCorrelation(result.Item1!, result.Item2!), side, bound);
    }
}
