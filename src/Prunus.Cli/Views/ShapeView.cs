using System.Text.Json.Nodes;
using Prunus.Decoders;
using Prunus.Reports;

namespace Prunus.Cli.Views;

/// <summary>A donor beside what a plan leaves of it.</summary>
internal static class ShapeView
{
    public static void Write(Terminal terminal, DecoderConfig donor, DecoderConfig student, IReadOnlyList<string> notes)
    {
        var (before, after) = (DecoderCost.Of(donor), DecoderCost.Of(student));
        TableView.Write(terminal, new Table(["", "donor", "student", "kept"],
        [
            Row("parameters", before.Parameters, after.Parameters),
            Row("without embeddings and head", before.NonEmbedding, after.NonEmbedding),
            Row($"FLOP per token at {before.Context}", before.FlopsPerToken, after.FlopsPerToken),
            Row($"kv cache at {before.Context}, elements", before.CachedPerSequence, after.CachedPerSequence),
            Row("hidden", donor.Hidden, student.Hidden),
            Row("layers", donor.LayerCount, student.LayerCount),
            Row("query-heads", donor.Layers, student.Layers, l => l.QueryHeads),
            Row("kv-groups", donor.Layers, student.Layers, l => l.KvGroups),
            Row("ffn", donor.Layers, student.Layers, l => l.Ffn),
        ]));
        foreach (var note in notes)
        {
            terminal.Error.WriteLine($"prunus: note: {note}");
        }

        foreach (var problem in DecoderFamilies.Of(student).ExportProblems(student))
        {
            terminal.Error.WriteLine($"prunus: warning: stock transformers will not load this: {problem}");
        }
    }

    public static JsonObject ToJson(string schema, DecoderConfig donor, DecoderConfig student) => new()
    {
        ["schema"] = schema,
        ["donor"] = Side(donor),
        ["student"] = Side(student),
        ["keep"] = (double)DecoderCost.Of(student).Parameters / DecoderCost.Of(donor).Parameters,
        ["export_problems"] = new JsonArray([.. DecoderFamilies.Of(student).ExportProblems(student).Select(p => JsonValue.Create(p))]),
    };

    private static JsonObject Side(DecoderConfig config)
    {
        var cost = DecoderCost.Of(config);
        return new JsonObject
        {
            ["parameters"] = cost.Parameters,
            ["parameters_non_embedding"] = cost.NonEmbedding,
            ["context"] = cost.Context,
            ["flops_per_token"] = cost.FlopsPerToken,
            ["kv_cache_elements"] = cost.CachedPerSequence,
            ["hidden"] = config.Hidden,
            ["layers"] = new JsonArray([.. config.Layers.Select(l => new JsonObject { ["query_heads"] = l.QueryHeads, ["kv_groups"] = l.KvGroups, ["ffn"] = l.Ffn })]),
        };
    }

    private static string[] Row(string name, double before, double after) => [name, Number(before), Number(after), NumberText.Percent(after / before)];

    private static string[] Row(string name, IReadOnlyList<LayerConfig> before, IReadOnlyList<LayerConfig> after, Func<LayerConfig, int> width) =>
        [name, Range(before, width), Range(after, width), NumberText.Percent(after.Average(width) / before.Average(width))];

    private static string Number(double value) => value < 10_000 ? NumberText.Grouped((long)Math.Round(value)) : $"{NumberText.Count(value)}";

    private static string Range(IReadOnlyList<LayerConfig> layers, Func<LayerConfig, int> width)
    {
        var (least, most) = (layers.Min(width), layers.Max(width));
        return least == most ? $"{least}" : $"{least}-{most}";
    }
}
