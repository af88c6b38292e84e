using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Cli.Options;
using Prunus.Cli.Views;
using Prunus.Decoders;
using Prunus.Pruning;
using Prunus.Reports;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus score CKPT --text F</c>: importance of every unit and layer.</summary>
internal static class ScoreCommand
{
    private const string FileName = "scores.safetensors";

    private static readonly Option<bool> Raw = new("--raw") { Description = "Also writes the scores of each norm and attention channel." };

    private static readonly Option<DepthOptions> Depth = ParsedOption.Create<DepthOptions>(
        "--depth", "ppl,spans,…", "Also measures layers: losses without each (ppl), distances of all spans (spans), losses without spans of N (ppl-spans:N), greedy removal of N (greedy:N).", ParseDepth);

    public static Verb Create() => new Verb("score", "Scores every channel, neuron, head and layer on calibration text, in one sweep.")
    {
        Arguments = { SharedOptions.Checkpoint },
        Options = { SharedOptions.Out, PruningOptions.Importance, Raw, Depth, PruningOptions.DepthSequences, SharedOptions.Dtype },
        Examples =
        [
            "score ./my-model --text sample.txt --out scores.safetensors",
            "score ./my-model --text sample.txt --depth ppl,ppl-spans:9 --out scores.safetensors",
            "score model.gguf --ids calibration.safetensors --aggregation all --out scores",
        ],
        Run = Run,
    }.With(CalibrationOptions.All);

    private static int Run(VerbContext context)
    {
        using var checkpoint = Checkpoint.Open(context.Value(SharedOptions.Checkpoint));
        var path = Target(context.Given(SharedOptions.Out) ? context.Need(SharedOptions.Out) : FileName);
        var method = ImportanceMethods.Named(context.Required(PruningOptions.Importance));
        var scores = Score(context, checkpoint, method).For(checkpoint.Fingerprint);
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        ScoresFile.Write(scores, path);
        if (context.Json)
        {
            context.WriteJson(new JsonObject
            {
                ["schema"] = "prunus-score/1", ["scores"] = path, ["summary"] = Path.ChangeExtension(path, ".json"), ["names"] = scores.Values.Count,
                ["sequences"] = scores.Sequences, ["tokens"] = scores.Tokens,
            });
        }
        else
        {
            Show(context, scores, method.Selection, path);
        }

        return ExitCode.Done;
    }

    private static Scores Score(VerbContext context, Checkpoint checkpoint, ImportanceMethod method)
    {
        var config = DecoderConfig.FromHuggingFace(checkpoint.Config, checkpoint.Location);
        var depth = context.Given(Depth) ? context.Required(Depth) with { LossSequences = context.Required(PruningOptions.DepthSequences) } : new DepthOptions();
        depth.Validate(config.LayerCount);
        if (method.WithoutData is { } score && depth.IsEmpty)
        {
            var weights = new PrunedWeights(checkpoint, new PruningPlan());
            return score(weights.DonorConfig, weights.Read, context.Required(GlobalOptions.Seed));
        }

        TensorSetup.Apply(context);
        var batches = CalibrationOptions.Read(context, checkpoint, config.VocabSize, config.MaxPositions);
        using var donor = TensorSetup.Load(context, checkpoint);
        using var progress = context.StartProgress();
        var options = new SweepOptions
        {
            Readings = context.Value(Raw) ? Reading.All : Reading.Published,
            Aggregations = context.Required(CalibrationOptions.Aggregations),
        };
        var scores = method.WithoutData?.Invoke(config, p => DecoderValues.Read(donor, p), context.Required(GlobalOptions.Seed)) ?? ImportanceSweep.Run(donor, batches, options, null, context.Cancellation);
        return depth.IsEmpty ? scores : scores.And(DepthImportance.Measure(donor, batches, depth, progress, context.Cancellation));
    }

    private static string? ParseDepth(string text, out DepthOptions value)
    {
        value = new DepthOptions();
        try
        {
            value = DepthOptions.Parse(text);
            return null;
        }
        catch (PrunusInputException e)
        {
            return $"{e.Problem}; {e.Remedy}";
        }
    }

    private static string Target(string path) => path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) ? path : Path.Combine(path, FileName);

    private static void Show(VerbContext context, Scores scores, SelectionOptions names, string path)
    {
        var layers = scores.Values.GetValueOrDefault(names.Layers) ?? [];
        var order = Enumerable.Range(0, layers.Length).OrderBy(i => layers[i]).ToArray();
        TableView.Write(context.Terminal, new Table(["layer", names.Layers, "goes as number"],
        [
            .. layers.Select((score, i) => (IReadOnlyList<string>)[$"{i}", NumberText.Value(score), (Array.IndexOf(order, i) + 1).ToString(CultureInfo.InvariantCulture)]),
        ]));
        var data = scores.Tokens > 0 ? $" over {NumberText.Grouped(scores.Sequences)} sequences, {NumberText.Grouped(scores.Tokens)} tokens" : "";
        context.Out.WriteLine($"\n{scores.Values.Count} sets of scores{data}: {path}, summary in {Path.ChangeExtension(path, ".json")}");
    }
}
