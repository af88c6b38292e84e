using System.Text.Json.Nodes;
using Prunus.Lottery;
using Prunus.Lottery.Strong;
using Prunus.Lottery.Strong.Bounds;
using Prunus.Lottery.Strong.Verification;
using Prunus.Reports;

namespace Prunus.Cli.Views;

/// <summary>A strong ticket beside its target.</summary>
internal static class StrongVerifyView
{
    public static void Write(
        VerbContext context, string path, StrongTicket ticket, StrongNotes notes, StrongVerification found, IReadOnlyList<EpsilonCheck> checks, IReadOnlyList<LadderStep> ladder, bool rebuilt, string? export)
    {
        if (context.Json)
        {
            context.WriteJson(Json(ticket, notes, found, checks, ladder, rebuilt, export));
            return;
        }

        TableView.Write(context.Terminal, new Table(["ticket", path], Summary(ticket, notes, found, rebuilt)));
        context.Out.WriteLine();
        TableView.Write(context.Terminal, new Table(["layer", Error(notes), "within ε", "largest error of the layer alone", "certified so far, weights in float32", "certified so far, all in float32", "n / ln(c·c'·d²·l/min(ε,δ))"],
        [
            .. found.Layers.Zip(checks, (l, c) => (IReadOnlyList<string>)
                [l.Layer.Name, NumberText.Value(c.Largest), c.Holds ? "yes" : $"NO, {NumberText.Grouped(c.Farther)} are not", NumberText.Value(l.OwnError), NumberText.Value(l.Bound), NumberText.Value(l.Rounded), NumberText.Value(Constant(ticket, found, l.Layer))]),
        ]));
        context.Out.WriteLine();
        TableView.Write(context.Terminal, new Table(["images", "how many", "net", "arithmetic", "observed", "certified", "holds"],
        [
            .. found.Observed.Select(o => (IReadOnlyList<string>)
                [o.Images, NumberText.Grouped(o.Count), Name(o.Form), o.Arithmetic.Id, NumberText.Value(o.Largest), o.Certified is { } bound ? NumberText.Value(bound) : "", o.Certified is null ? "not certified" : o.Holds ? "yes" : "NO"]),
        ]));
        context.Out.WriteLine();
        TableView.Write(context.Terminal, new Table(["n", "median error", "mean error", "largest error", $"within {NumberText.Value(notes.Epsilon)}"],
            [.. ladder.Select(s => (IReadOnlyList<string>)[$"{s.Samples}", NumberText.Value(s.Median), NumberText.Value(s.Mean), NumberText.Value(s.Largest), NumberText.Percent(s.Within)])]));
        context.Out.WriteLine(FormattableString.Invariant(
            $"\nBounds hold for images in [0,1], on a CPU; errors against n are over 1,000 weights of the net. The theorem's constant: ε of its last column is what is certified of a logit (weights in float32), δ = {TheoremConstant.Delta}; no constant can be below {TheoremConstant.Counting:0.00}."));
        if (export is not null)
        {
            context.Out.WriteLine($"{export}: the rebuilt net");
        }
    }

    private static string Error(StrongNotes notes) => notes.Of == EpsilonOf.Target ? "largest weight error, float32" : "largest weight error, float32, after scaling";

    private static List<IReadOnlyList<string>> Summary(StrongTicket ticket, StrongNotes notes, StrongVerification found, bool rebuilt) =>
    [
        ["net", ticket.Config.Id],
        ["law", $"{ticket.Law.Id}, n = {ticket.Samples}, seed {ticket.Seed}, target divided by {NumberText.Whole(Math.ScaleB(1, ticket.Exponents.Sum()))} in all ({notes.Scale})"],
        ["ε of a weight", NumberText.Value(notes.Epsilon) + (notes.Of == EpsilonOf.Target ? "" : ", after scaling")],
        ["rebuilt to the last bit", rebuilt ? "yes" : "NO"],
        ["random weights", FormattableString.Invariant($"{NumberText.Grouped(ticket.RandomParameters)}, {ticket.RandomParameters / (double)ticket.TargetParameters:0.0} for each of the target's {NumberText.Grouped(ticket.TargetParameters)}")],
        ["kept", FormattableString.Invariant($"{NumberText.Grouped(ticket.Kept)}, {100.0 * ticket.Kept / ticket.RandomParameters:0.00} %, {ticket.Kept / (double)ticket.TargetParameters:0.00} for each weight")],
        .. found.Target is { } target && found.Other is { } other ? Accuracies(target, other, found.Observed) : [],
    ];

    private static IReadOnlyList<string>[] Accuracies(ImageAccuracy target, ImageAccuracy other, IReadOnlyList<ObservedDifference> observed)
    {
        var set = observed.First(o => o.Images is not ("random" or "ascent")).Images;
        return
        [
            [$"accuracy of the target, {set}", FormattableString.Invariant($"{100 * target.Accuracy:0.00} % of {NumberText.Grouped(target.Images)}")],
            [$"accuracy of the ticket's net, {set}", FormattableString.Invariant($"{100 * other.Accuracy:0.00} % ({100 * (other.Accuracy - target.Accuracy):+0.00;-0.00;0.00} points)")],
        ];
    }

    private static double Constant(StrongTicket ticket, StrongVerification found, StrongLayer layer) => TheoremConstant.Of(ticket.Samples, layer, ticket.Layers.Count, found.Exact);

    private static string Name(StrongForm form) => form == StrongForm.Summed ? "summed weights" : "pruned random net";

    private static JsonObject Json(
        StrongTicket ticket, StrongNotes notes, StrongVerification found, IReadOnlyList<EpsilonCheck> checks, IReadOnlyList<LadderStep> ladder, bool rebuilt, string? export) => new()
    {
        ["schema"] = "prunus-strong-verification/1",
        ["net"] = ticket.Config.Id,
        ["law"] = ticket.Law.Id,
        ["samples"] = ticket.Samples,
        ["epsilon"] = notes.Epsilon,
        ["epsilon_of"] = notes.Of.ToString().ToLowerInvariant(),
        ["within_epsilon"] = checks.All(c => c.Holds),
        ["export"] = export,
        ["delta"] = TheoremConstant.Delta,
        ["rebuilt"] = rebuilt,
        ["digest"] = notes.Digest,
        ["random_parameters"] = ticket.RandomParameters,
        ["target_parameters"] = ticket.TargetParameters,
        ["kept"] = ticket.Kept,
        ["target_accuracy"] = found.Target?.Accuracy,
        ["accuracy"] = found.Other?.Accuracy,
        ["certified_exact"] = found.Exact,
        ["holds"] = found.Holds,
        ["layers"] = new JsonArray([.. found.Layers.Zip(checks, (l, c) => new JsonObject
        {
            ["name"] = l.Layer.Name, ["weight_error"] = l.WeightError, ["largest_error"] = c.Largest, ["farther_than_epsilon"] = c.Farther, ["own_error"] = l.OwnError, ["certified_exact"] = l.Bound, ["certified_float32"] = l.Rounded, ["constant"] = Constant(ticket, found, l.Layer),
        })]),
        ["observed"] = new JsonArray([.. found.Observed.Select(o => new JsonObject
        {
            ["images"] = o.Images, ["count"] = o.Count, ["net"] = o.Form.ToString().ToLowerInvariant(), ["arithmetic"] = o.Arithmetic.Id, ["observed"] = o.Largest, ["certified"] = o.Certified, ["holds"] = o.Holds,
        })]),
        ["ladder"] = new JsonArray([.. ladder.Select(s => new JsonObject
        {
            ["samples"] = s.Samples, ["median_error"] = s.Median, ["mean_error"] = s.Mean, ["largest_error"] = s.Largest, ["within"] = s.Within,
        })]),
    };
}
