using Prunus.Cli.Commands;
using Prunus.Reports;

namespace Prunus.Cli.Views;

/// <summary>A checkpoint's summary as text.</summary>
internal static class InfoView
{
    public static void Write(Terminal terminal, CheckpointSummary summary)
    {
        var config = summary.Config;
        TableView.Write(terminal, new Table(["checkpoint", summary.Location],
        [
            ["family", config.Family],
            ["parameters", Exact(summary.TotalParameters)],
            ["without embeddings and head", Exact(summary.NonEmbeddingParameters)],
            ["bytes of tensors", $"{NumberText.Bytes(summary.Bytes)} ({string.Join(", ", summary.Types.Select(t => $"{t.Tensors} × {t.Type}"))})"],
            ["vocab", $"{config.VocabSize}{(config.TiedEmbeddings ? " (head tied to the embedding)" : "")}"],
            ["hidden", $"{config.Hidden}"],
            ["head_dim", $"{config.HeadDim}"],
            ["max positions", $"{config.MaxPositions}"],
            ["licence", summary.Licence ?? "not stated"],
        ]));
        terminal.Out.WriteLine();
        TableView.Write(terminal, new Table(["layers", "query-heads", "kv-groups", "ffn", "window", "parameters each"],
        [
            .. summary.LayerRuns().Select(r => (IReadOnlyList<string>)
            [
                r.First == r.Last ? $"{r.First}" : $"{r.First}-{r.Last}", $"{r.Layer.QueryHeads}", $"{r.Layer.KvGroups}", $"{r.Layer.Ffn}",
                r.Layer.Window is { } window ? $"{window}" : "full", NumberText.Count(r.ParametersEach),
            ]),
        ]));
    }

    private static string Exact(long count) => $"{NumberText.Count(count)} ({NumberText.Grouped(count)})";
}
