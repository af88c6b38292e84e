using System.Text.Json.Nodes;
using Prunus.Lottery;
using Prunus.Reports;

namespace Prunus.Cli.Views;

/// <summary>How a decoder did on a text.</summary>
internal static class TextView
{
    public static void Write(VerbContext context, TextAccuracy result)
    {
        if (context.Json)
        {
            context.WriteJson(new JsonObject
            {
                ["schema"] = "prunus-ticket-text-evaluation/1",
                ["tokens"] = result.Tokens,
                ["correct"] = result.Correct,
                ["accuracy"] = result.Accuracy,
                ["loss"] = result.Loss,
                ["perplexity"] = result.Perplexity,
                ["seconds"] = result.Seconds,
            });
            return;
        }

        TableView.Write(context.Terminal, new Table(["tokens", "loss (nats/token)", "perplexity", "correct", "accuracy", "seconds"],
        [[
            NumberText.Grouped(result.Tokens), FormattableString.Invariant($"{result.Loss:0.000000}"), FormattableString.Invariant($"{result.Perplexity:0.0000}"),
            NumberText.Grouped(result.Correct), FormattableString.Invariant($"{100 * result.Accuracy:0.00} %"), NumberText.Value(result.Seconds),
        ]]));
    }
}
