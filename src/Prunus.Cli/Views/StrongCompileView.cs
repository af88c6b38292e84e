using System.Text.Json.Nodes;
using Prunus.Lottery.Strong;
using Prunus.Reports;

namespace Prunus.Cli.Views;

/// <summary>What was compiled.</summary>
internal static class StrongCompileView
{
    // The worst, of whole nets that do not fit.
    private const int Listed = 1000;

    /// <param name="context">Where to.</param>
    /// <param name="compiled">The compilation.</param>
    /// <param name="options">How it was made.</param>
    /// <param name="output">The file; null where none was written.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="seconds">Time of the search for subsets.</param>
    public static void Write(VerbContext context, StrongCompilation compiled, StrongOptions options, string? output, long bytes, double seconds)
    {
        var ticket = compiled.Ticket;
        if (context.Json)
        {
            context.WriteJson(new JsonObject
            {
                ["schema"] = "prunus-strong/1", ["net"] = ticket.Config.Id, ["law"] = options.Law.Id, ["samples"] = options.Samples, ["epsilon"] = options.Epsilon, ["epsilon_of"] = options.Of.ToString().ToLowerInvariant(),
                ["weights"] = ticket.TargetParameters, ["unreached"] = compiled.Unreached.Count, ["largest_error"] = compiled.Layers.Max(l => l.LargestError),
                ["random_parameters"] = ticket.RandomParameters, ["kept"] = ticket.Kept, ["seconds"] = seconds,
                ["unreached_weights"] = new JsonArray([.. compiled.Unreached.OrderByDescending(u => u.Error).Take(Listed).Select(u => new JsonObject
                {
                    ["tensor"] = u.Tensor, ["index"] = u.Index, ["target"] = u.Target, ["error"] = u.Error,
                })]),
                ["out"] = output, ["bytes"] = output is null ? null : bytes,
            });
            return;
        }

        TableView.Write(context.Terminal, new Table(["layer", "weights", "divided by", "largest error", "mean error", "farther than ε"],
        [
            .. compiled.Layers.Zip(ticket.Exponents, (l, e) => (IReadOnlyList<string>)
            [
                l.Layer.Name, NumberText.Grouped(l.Weights.Count + l.Biases.Count), NumberText.Whole(Math.ScaleB(1, e)), NumberText.Value(l.LargestError), NumberText.Value(l.MeanError), NumberText.Grouped(l.Unreached.Count),
            ]),
        ]));
        context.Out.WriteLine(FormattableString.Invariant(
            $"\n{ticket.Config.Id}, law {options.Law.Id}, {options.Samples} samples a weight, seed {options.Seed}: {NumberText.Grouped(ticket.Kept)} of {NumberText.Grouped(ticket.RandomParameters)} random weights kept ({100.0 * ticket.Kept / ticket.RandomParameters:0.00} %), {seconds:0.0} s"));
        if (output is not null)
        {
            context.Out.WriteLine($"{output}: {NumberText.Bytes(bytes)}");
        }
    }
}
