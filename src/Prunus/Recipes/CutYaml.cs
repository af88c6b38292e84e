using Prunus.Pruning;

namespace Prunus.Recipes;

/// <summary>The <c>prune</c> mapping of a recipe.</summary>
internal static class CutYaml
{
    private static readonly string[] AxisNames = ["hidden", "ffn", "heads", "groups", "layers"];

    public static CutRequest Read(YamlMap map)
    {
        var request = new CutRequest
        {
            Keep = Share(map),
            Axes = map.Texts("axes"),
            Hidden = Width("hidden"),
            Ffn = Width("ffn"),
            Heads = Width("heads"),
            Groups = Width("groups"),
            Layers = Width("layers"),
            RemoveLayers = [.. map.Texts("remove_layers").Select(t => int.TryParse(t, out var layer) && layer >= 0 ? layer : throw map.Fault("remove_layers", $"has '{t}'", "list numbers of layers, or write 3..5"))],
            Merge = map.Text("merge") switch
            {
                null or "none" => HeadMerging.None,
                "literal" => HeadMerging.Literal,
                "flipped" => HeadMerging.Flipped,
                var other => throw map.Fault("merge", $"is '{other}'", "use none, literal or flipped"),
            },
            MergeOutput = map.Flag("merge_output") ?? false,
            RescaleNorms = map.Flag("rescale_norms") ?? false,
            Iterations = map.Integer("iterations") ?? 1,
            LayersBy = map.Checked("layers_by", () => LayerRankings.Named(map.Text("layers_by") ?? "bi").Id),
            Importance = map.Checked("importance", () => ImportanceMethods.Named(map.Text("importance") ?? "activation").Id),
            Aggregation = map.Checked("aggregation", () => Aggregation.Parse(map.Text("aggregation") ?? "l2:mean").ToString()),
        };
        if (request.Axes.FirstOrDefault(a => !AxisNames.Contains(a)) is { } unknown)
        {
            throw map.Fault("axes", $"has '{unknown}'", $"use {string.Join(", ", AxisNames)}");
        }

        map.Done();
        return request;

        Width? Width(string key) => map.Text(key) is { } text ? map.Checked(key, () => Recipes.Width.Parse(text)) : null;
    }

    private static double? Share(YamlMap map) => map.Text("keep") is not { } text ? null
        : text.EndsWith('%') && double.TryParse(text.AsSpan(0, text.Length - 1), System.Globalization.CultureInfo.InvariantCulture, out var percent) && percent is > 0 and <= 100 ? percent / 100
        : throw map.Fault("keep", $"is '{text}'", "write a share such as 50%");
}
