using System.Text.Json.Nodes;
using Prunus.Lottery;
using Prunus.Lottery.Sparse;
using Prunus.Reports;

namespace Prunus.Cli.Views;

/// <summary>How a net did on images.</summary>
internal static class EvaluationView
{
    /// <param name="context">Where to.</param>
    /// <param name="result">The result.</param>
    /// <param name="layers">What sparse kernels made of the layers; null where libtorch ran.</param>
    public static void Write(VerbContext context, ImageAccuracy result, IReadOnlyList<SparseLayerInfo>? layers)
    {
        if (context.Json)
        {
            context.WriteJson(Json(result, layers));
            return;
        }

        TableView.Write(context.Terminal, new Table(["images", "correct", "accuracy", "kernels", "seconds", "images/s"],
        [[
            NumberText.Grouped(result.Images), NumberText.Grouped(result.Correct), FormattableString.Invariant($"{100 * result.Accuracy:0.00} %"), Kernels(layers),
            NumberText.Value(result.Seconds), NumberText.Count(result.Images / result.Seconds),
        ]]));
        if (layers is not null)
        {
            context.Out.WriteLine();
            TableView.Write(context.Terminal, new Table(["layer", "outputs left", "inputs left", "weights", "kernel"],
                [.. layers.Select(l => (IReadOnlyList<string>)[l.Name, $"{l.Rows}", $"{l.Columns}", NumberText.Grouped(l.Kept), l.Kind])]));
        }
    }

    private static string Kernels(IReadOnlyList<SparseLayerInfo>? layers) => layers is null ? "libtorch" : "prunus";

    private static JsonObject Json(ImageAccuracy result, IReadOnlyList<SparseLayerInfo>? layers) => new()
    {
        ["schema"] = "prunus-ticket-evaluation/1",
        ["images"] = result.Images,
        ["correct"] = result.Correct,
        ["accuracy"] = result.Accuracy,
        ["seconds"] = result.Seconds,
        ["kernels"] = Kernels(layers),
        ["layers"] = layers is null ? null : new JsonArray([.. layers.Select(l => new JsonObject
        {
            ["name"] = l.Name, ["outputs"] = l.Rows, ["inputs"] = l.Columns, ["weights"] = l.Kept, ["kernel"] = l.Kind,
        })]),
    };
}
