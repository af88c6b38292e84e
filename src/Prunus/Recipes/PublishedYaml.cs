namespace Prunus.Recipes;

/// <summary>
/// A published number; <c>ours</c> is a metric, or <c>{minus: [A, B]}</c>, <c>{ratio: [A, B]}</c> or <c>{below: [A, B]}</c> (1 - A/B) of two, with <c>times</c> where it is in percent or points.
/// </summary>
internal static class PublishedYaml
{
    private static readonly (string Key, MeasuredForm Form)[] Forms = [("minus", MeasuredForm.Minus), ("ratio", MeasuredForm.Ratio), ("below", MeasuredForm.Below)];

    public static RecipePublished Read(YamlMap map, VariantNames known)
    {
        var row = new RecipePublished(
            map.Need("source"), map.Need("row"), map.Need("measure"), map.Real("value") ?? throw new PrunusInputException(map.Place, "'value' is missing", "add 'value: …'"),
            map.IsMap("ours") ? Two(map.Map("ours")!, known) : map.Text("ours") is { } ours && known.Reference(map, "ours", ours) is { } metric ? new(metric) : null);
        map.Done();
        return row;
    }

    // Null when this size leaves one of them out.
    private static MeasuredBeside? Two(YamlMap map, VariantNames known)
    {
        (string Key, MeasuredForm Form)[] said = [.. Forms.Where(f => map.Has(f.Key))];
        var (key, form) = said is [var only] ? only : throw new PrunusInputException(map.Place, "sets two metrics against each other in no way or several", "write one of minus, ratio and below");
        var texts = map.Texts(key);
        var references = texts.Count == 2 ? known.References(map, key, texts) : throw map.Fault(key, $"has {texts.Count} metrics", "name two");
        var times = map.Real("times") ?? 1;
        map.Done();
        return references is [var first, var second] ? new(first, form, second, times) : null;
    }
}
