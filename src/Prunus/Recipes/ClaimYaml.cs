using System.Globalization;

namespace Prunus.Recipes;

/// <summary>
/// A claim of a recipe: <c>left</c> with <c>below</c>, <c>above</c> or <c>equals</c> (a reference, several as a list, or a number; <c>by</c> gives the least
/// difference or the margin; <c>times</c> compares a quotient; of a list the mean counts, or with <c>against: all</c> the one that is hardest to beat with that seed), <c>order</c> (groups from low to high), <c>rank</c> (correlation of two metrics
/// over variants), or <c>winner</c> (the variant that is best by one metric against the median variant on another).
/// </summary>
internal static class ClaimYaml
{
    /// <summary>Reads a claim; null when this size leaves a variant of it out.</summary>
    public static RecipeClaim? Read(YamlMap map, VariantNames known, IReadOnlyDictionary<string, IReadOnlyList<string>> lists, string size)
    {
        var (id, text, bold) = (map.Need("id"), map.Need("text"), Bold(map, size));
        var claim = map.Has("order") ? Order(map, known, lists) : map.Has("rank") ? Rank(map, known) : map.Has("winner") ? Winner(map, known) : Comparison(map, known);
        map.Done();
        return claim is { } found ? new RecipeClaim(id, text, bold, found.Quantity, found.Side, found.Bound, found.Centre) : null;
    }

    // True or false, or the sizes at which it must hold.
    private static bool Bold(YamlMap map, string size) => map.Texts("bold") is { Count: > 0 } sizes && sizes.All(Recipe.SizeNames.Contains) ? sizes.Contains(size) : map.Flag("bold") ?? false;

    private static (ClaimQuantity Quantity, ClaimSide Side, double Bound, double Centre)? Comparison(YamlMap map, VariantNames known)
    {
        var (key, side) = map.Has("below") ? ("below", ClaimSide.Below) : map.Has("above") ? ("above", ClaimSide.Above) : map.Has("equals") ? ("equals", ClaimSide.Within)
            : throw new PrunusInputException(map.Place, "says nothing", "add below, above or equals; or order; or rank; or winner");
        var left = known.References(map, "left", map.Texts("left") is { Count: > 0 } some ? some : throw new PrunusInputException(map.Place, "'left' is missing", "name a metric"));
        var others = map.Texts(key);
        var by = map.Real("by") ?? (side == ClaimSide.Within ? throw new PrunusInputException(map.Place, "'by' is missing", "an equal claim states its margin") : 0);
        if (side == ClaimSide.Within && by < 0)
        {
            throw map.Fault("by", $"is {by.ToString(CultureInfo.InvariantCulture)}, and nothing is nearer than that", "give a margin of 0 or more");
        }

        if (others is [var number] && double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var bound))
        {
            return left is null ? null : side == ClaimSide.Within ? (new ClaimQuantity.Difference(left, []), side, by, bound) : (new ClaimQuantity.Difference(left, []), side, bound, 0);
        }

        var right = known.References(map, key, others);
        if (map.Text("against") is { } against)
        {
            var quotient = map.Real("times");
            return against != "all" || side == ClaimSide.Within ? throw map.Fault("against", $"is '{against}'", "write 'against: all', with above or below")
                : left is null || right is null ? null
                : left is [var one] ? (new ClaimQuantity.AgainstAll(one, right, side == ClaimSide.Above, quotient is not null), side, quotient ?? (side == ClaimSide.Below ? -by : by), 0)
                : throw map.Fault("against", "compares one metric with several", "name one metric on the left");
        }

        if (map.Real("times") is { } times)
        {
            return left is null || right is null ? null
                : left is [var a] && right is [var b] && side != ClaimSide.Within ? (new ClaimQuantity.Ratio(a, b), side, times, 0)
                : throw map.Fault("times", "compares one metric with one, above or below", "name one metric on each side");
        }

        return left is null || right is null ? null : (new ClaimQuantity.Difference(left, right), side, side == ClaimSide.Below ? -by : by, 0);
    }

    private static (ClaimQuantity Quantity, ClaimSide Side, double Bound, double Centre)? Order(YamlMap map, VariantNames known, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
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

        return groups.Count >= 2 ? (new ClaimQuantity.Order(groups), ClaimSide.Above, 0, 0) : throw map.Fault("order", "has fewer than two groups", "list groups from low to high, each as 'of: [...]'");
    }

    private static (ClaimQuantity Quantity, ClaimSide Side, double Bound, double Centre)? Rank(YamlMap map, VariantNames known)
    {
        var (x, y) = OverVariants(map.Map("rank")!, "x", "y", known);
        var (side, bound) = Bound(map);
        return x is null || y is null || x.Count < 3 ? null : (new ClaimQuantity.RankCorrelation(x, y), side, bound, 0);
    }

    private static (ClaimQuantity Quantity, ClaimSide Side, double Bound, double Centre)? Winner(YamlMap map, VariantNames known)
    {
        var (by, on) = OverVariants(map.Map("winner")!, "by", "on", known);
        var (side, bound) = Bound(map);
        return by is null || on is null || by.Count < 3 ? null : (new ClaimQuantity.Winner(by, on), side, bound, 0);
    }

    // Two metrics of all variants that match.
    private static (IReadOnlyList<MetricReference>? First, IReadOnlyList<MetricReference>? Second) OverVariants(YamlMap map, string first, string second, VariantNames known)
    {
        var (a, b) = (map.Need(first), map.Need(second));
        var variants = known.Variants(map, "variants", map.Texts("variants")).Select(v => v.Name).ToList();
        var found = (known.References(map, first, variants.Select(v => $"{v}.{a}")), known.References(map, second, variants.Select(v => $"{v}.{b}")));
        map.Done();
        return found;
    }

    private static (ClaimSide Side, double Bound) Bound(YamlMap map) => map.Real("above") is { } above ? (ClaimSide.Above, above) : map.Real("below") is { } below ? (ClaimSide.Below, below)
        : throw new PrunusInputException(map.Place, "a bound is missing", "give above or below, such as above: 0");
}
