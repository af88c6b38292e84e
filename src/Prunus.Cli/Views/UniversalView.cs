using System.Text.Json.Nodes;
using Prunus.Lottery.Universal;
using Prunus.Reports;

namespace Prunus.Cli.Views;

/// <summary>Universal tickets, as compiled and as verified.</summary>
internal static class UniversalView
{
    /// <summary>Schema of what <c>universal verify --json</c> prints.</summary>
    public const string VerificationSchema = "prunus-universal-verification/1";

    /// <param name="context">Where to.</param>
    /// <param name="compiled">The compilation.</param>
    /// <param name="found">Its errors.</param>
    /// <param name="output">The file; null where none was written.</param>
    /// <param name="seconds">Time of the search for sums.</param>
    public static void WriteCompiled(VerbContext context, UniversalCompilation compiled, UniversalVerification found, string? output, double seconds)
    {
        var ticket = compiled.Backbone.Ticket;
        if (context.Json)
        {
            var json = Json("prunus-universal/1", compiled.Backbone, found);
            (json["largest_sum_error"], json["seconds"], json["out"]) = (compiled.LargestError, seconds, output);
            json["bytes"] = output is null ? null : new FileInfo(output).Length;
            context.WriteJson(json);
            return;
        }

        TableView.Write(context.Terminal, new Table(["universal ticket", output ?? "not written"],
            [.. Shape(compiled.Backbone), ["largest error of a summed number", NumberText.Value(compiled.LargestError)], .. Errors(found), .. Counts(ticket)]));
        context.Out.WriteLine(FormattableString.Invariant($"\nseed {ticket.Seed}, {seconds:0.0} s{(output is null ? "" : $"; {output}: {NumberText.Bytes(new FileInfo(output).Length)}")}"));
    }

    /// <param name="context">Where to.</param>
    /// <param name="path">The ticket's file.</param>
    /// <param name="backbone">Its backbone.</param>
    /// <param name="found">Errors.</param>
    /// <param name="rebuilt">Whether it is the compiled one to the last bit.</param>
    public static void WriteVerified(VerbContext context, string path, UniversalBackbone backbone, UniversalVerification found, bool rebuilt)
    {
        if (context.Json)
        {
            var json = Json(VerificationSchema, backbone, found);
            (json["rebuilt"], json["holds"], json["digest"]) = (rebuilt, found.Holds, backbone.Ticket.Digest);
            context.WriteJson(json);
            return;
        }

        TableView.Write(context.Terminal, new Table(["universal ticket", path],
        [
            .. Shape(backbone), ["rebuilt to the last bit", rebuilt ? "yes" : "NO"], .. Errors(found),
            ["pruned layers against their sums, float64", Beside(found.Layers64, found.Float64.Rounding.Max())],
            ["the same, float32", Beside(found.Layers32, found.Float32.Rounding.Max())], .. Counts(backbone.Ticket),
        ]));
        context.Out.WriteLine("\nBounds hold for all points in [0,1].");
    }

    private static List<IReadOnlyList<string>> Shape(UniversalBackbone backbone)
    {
        var shape = backbone.Ticket.Shape;
        return
        [
            ["features", $"{backbone.Outputs} of {shape.Inputs} input(s): {(shape.Family == UniversalFamily.Polynomial ? "Π ((1+x)/2)^r" : shape.Shifts ? "sin(2π(Σ n·x + c)), c = 0, 1/4" : "sin(2πΣ n·x)")}, degree up to {shape.Degree}"],
            ["segments", string.Join(", ", shape.Functions().Select(f => $"{f.Function.Title} {f.Segments}"))],
            ["widths of the random net", string.Join(", ", backbone.Ticket.Pairs.Select(p => $"{p.Name} {p.Width}"))],
            ["ε of a feature", NumberText.Value(shape.Epsilon)],
        ];
    }

    private static List<IReadOnlyList<string>> Errors(UniversalVerification found) =>
    [
        [$"largest error on {NumberText.Grouped(found.Points)} points", NumberText.Value(found.Error)],
        .. double.IsFinite(found.Relative) ? new[] { (IReadOnlyList<string>)["the same relative to the feature", NumberText.Value(found.Relative)] } : [],
        ["certified: exact, float64, float32", $"{NumberText.Value(found.Exact.Largest)}, {NumberText.Value(found.Float64.Largest)}, {NumberText.Value(found.Float32.Largest)}"],
    ];

    private static List<IReadOnlyList<string>> Counts(UniversalTicket ticket) =>
    [
        ["random weights and biases", NumberText.Grouped(ticket.RandomParameters)],
        ["kept", FormattableString.Invariant($"{NumberText.Grouped(ticket.Kept)}, density {ticket.Kept / (double)ticket.RandomParameters:0.0000} ({string.Join(", ", ticket.Parts.Select(p => $"{p} {ticket.KeptOf(p)}"))})")],
        ["density in the smallest net that holds it", FormattableString.Invariant($"{ticket.Kept / (double)ticket.SmallestRandomParameters:0.0000} of {NumberText.Grouped(ticket.SmallestRandomParameters)}")],
        .. ticket.PublishedCount is { } count ? new[] { (IReadOnlyList<string>)["density by the published way of counting", FormattableString.Invariant($"{ticket.Kept / (double)count:0.0000} of {NumberText.Grouped(count)}")] } : [],
    ];

    private static string Beside(double observed, double certified) => $"{NumberText.Value(observed)} (certified {NumberText.Value(certified)})";

    private static JsonObject Json(string schema, UniversalBackbone backbone, UniversalVerification found)
    {
        var ticket = backbone.Ticket;
        return new()
        {
            ["schema"] = schema,
            ["family"] = ticket.Shape.Family.ToString().ToLowerInvariant(),
            ["inputs"] = ticket.Shape.Inputs,
            ["degree"] = ticket.Shape.Degree,
            ["features"] = backbone.Outputs,
            ["epsilon"] = ticket.Shape.Epsilon,
            ["segments"] = new JsonArray([.. ticket.Shape.Functions().Select(f => (JsonNode)f.Segments)]),
            ["widths"] = new JsonArray([.. ticket.Shape.Widths!.Select(w => (JsonNode)w)]),
            ["points"] = found.Points,
            ["sup_error"] = found.Error,
            ["relative_error"] = double.IsFinite(found.Relative) ? found.Relative : null,
            ["certified_exact"] = found.Exact.Largest,
            ["certified_float64"] = found.Float64.Largest,
            ["certified_float32"] = found.Float32.Largest,
            ["layers_float64"] = found.Layers64,
            ["layers_float32"] = found.Layers32,
            ["random_parameters"] = ticket.RandomParameters,
            ["smallest_random_parameters"] = ticket.SmallestRandomParameters,
            ["published_count"] = ticket.PublishedCount,
            ["kept"] = ticket.Kept,
            ["kept_parts"] = new JsonObject(ticket.Parts.Select(p => KeyValuePair.Create(p, (JsonNode?)ticket.KeptOf(p)))),
        };
    }
}
