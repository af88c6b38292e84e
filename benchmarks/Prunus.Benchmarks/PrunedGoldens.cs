using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Datasets;
using Prunus.Decoders;
using Prunus.Native;
using Prunus.Pruning;
using Prunus.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Benchmarks;

/// <summary>
/// Scores, removed layers, kept channels and perplexities of a real model's prunings, without healing, against reference numbers made elsewhere
/// (a folder with <c>pruners.json</c> and <c>minitron_scores.safetensors</c>). float32 without TF32.
/// </summary>
internal sealed class PrunedGoldens
{
    private const int Window = 2048;
    private const double PerplexityTolerance = 0.01;

    private readonly PrunedGoldensArguments _arguments;
    private readonly Decoder _donor;
    private readonly int[] _calibration;
    private readonly PrunedPerplexity _perplexity;
    private readonly GoldenVerdict _verdict;

    private PrunedGoldens(PrunedGoldensArguments arguments, Decoder donor, Tokenizer tokenizer)
    {
        (_arguments, _donor, _verdict) = (arguments, donor, new GoldenVerdict(arguments.Whole));
        _calibration = Tokens(arguments.Train);
        var c4 = Tokens(arguments.C4);
        _perplexity = new PrunedPerplexity(donor, Tokens(arguments.Wiki), c4, Window, arguments.Windows);

        int[] Tokens(string path) => tokenizer.Encode(TextFile.ReadAll(path), parseSpecial: true, addSpecial: false);
    }

    /// <summary>Runs and prints; 0 when everything passed, 1 when something is off, 2 when the command line is wrong.</summary>
    public static int Run(string[] arguments)
    {
        if (PrunedGoldensArguments.Read(arguments) is not { } read)
        {
            Console.Error.WriteLine("usage: pruned-goldens GGUF GOLDENS C4_TRAIN C4_EVAL WIKITEXT2_TEST [DEVICE] [METHOD…] [--json FILE] [--windows N] [--sequences N]");
            return 2;
        }

        Libtorch.Load();
        backends.cuda.matmul.allow_tf32 = false;
        using var noGrad = no_grad();
        using var checkpoint = Checkpoint.Open(read.Model);
        using var donor = Decoder.Load(checkpoint, Devices.Parse(read.Device), ScalarType.Float32);
        return new PrunedGoldens(read, donor, Tokenizer.FromFiles(checkpoint.CarriedFiles, checkpoint.Location)).Compare() ? 0 : 1;
    }

    private bool Compare()
    {
        var clock = Stopwatch.StartNew();
        var methods = JsonNode.Parse(File.ReadAllText(Path.Combine(_arguments.Goldens, "pruners.json")))!["methods"]!.AsObject();
        var wanted = methods.Select(m => (Name: m.Key, Golden: m.Value!, Options: ReferencePrunings.Options(m.Key, m.Value!, _donor.Config.Layers[0].KvGroups)!))
            .Where(m => m.Options is not null && (_arguments.Only.Count == 0 || _arguments.Only.Any(o => m.Name.StartsWith(o, StringComparison.Ordinal)))).ToArray();
        if (!_arguments.Whole)
        {
            Console.WriteLine("part of the texts only: nothing below need agree with the reference");
        }

        using var calibration = CalibrationBatches.FromTokens(_calibration, Window, _arguments.Sequences, _donor.Config.VocabSize);
        var scores = ImportanceSweep.Run(_donor, [calibration], new SweepOptions { Readings = [.. ImportanceGoldens.Readings, Reading.BlockInfluence], Aggregations = Aggregation.All });
        Console.WriteLine(FormattableString.Invariant($"{calibration.size(0)} x {calibration.size(1)} tokens on {_donor.Device}, scored in {clock.Elapsed.TotalSeconds:F1} s"));
        var results = new JsonObject
        {
            ["device"] = _donor.Device.ToString(), ["whole"] = _arguments.Whole,
            ["scores"] = ImportanceGoldens.Compare(scores, _donor.Config.LayerCount, _arguments.Goldens, _verdict),
        };
        var needs = wanted.Select(w => Pruner.Needs(w.Options, _donor.Config.LayerCount, w.Options.Target.Layers ?? _donor.Config.LayerCount))
            .Aggregate(new DepthOptions(), (all, one) => all.And(one));
        if (!needs.IsEmpty)
        {
            clock.Restart();
            scores = scores.And(DepthImportance.Measure(_donor, [calibration], needs));
            Console.WriteLine(FormattableString.Invariant($"depth scored in {clock.Elapsed.TotalSeconds:F1} s"));
        }

        Console.WriteLine("method                       WikiText-2   golden    ratio       C4   golden    ratio");
        var rows = new JsonArray(Row("dense", methods["dense"]!, new PruningPlan()));
        foreach (var (name, golden, options) in wanted)
        {
            rows.Add((JsonNode)Row(name, golden, Pruner.FromScores(_donor.Config, scores, options).Plan));
        }

        results["methods"] = rows;
        results["passed"] = _arguments.Whole ? _verdict.Passed : null;
        if (_arguments.Json is { } file)
        {
            File.WriteAllText(file, results.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        }

        Console.WriteLine(!_arguments.Whole ? "not judged" : _verdict.Passed ? "PASS" : "FAIL");
        return _verdict.Passed;
    }

    private JsonObject Row(string name, JsonNode golden, PruningPlan plan)
    {
        var (wiki, c4) = _perplexity.Measure(plan);
        var (goldenWiki, goldenC4) = ((double)golden["ppl_wikitext2"]!, (double)golden["ppl_c4"]!);
        var close = Math.Max(Math.Abs((wiki / goldenWiki) - 1), Math.Abs((c4 / goldenC4) - 1)) <= PerplexityTolerance;
        int[] removed = plan.Layers is { } layers ? [.. Enumerable.Range(0, _donor.Config.LayerCount).Except(layers)] : [];
        var goldenRemoved = golden["removed"] is JsonArray list ? Sorted(list) : [];
        var sameLayers = removed.SequenceEqual(goldenRemoved);
        var channels = golden["hidden_kept"] is JsonArray kept ? Sorted(kept).Except(plan.Hidden ?? []).Count() : (int?)null;
        var verdict = _verdict.Judge(close && sameLayers);
        Console.WriteLine(FormattableString.Invariant($"{name,-26} {wiki,12:G7} {goldenWiki,8:G6} {wiki / goldenWiki,8:F4} {c4,8:G7} {goldenC4,8:G6} {c4 / goldenC4,8:F4}  {verdict}"));
        if (removed.Length + goldenRemoved.Length > 0)
        {
            Console.WriteLine($"    removed {string.Join(' ', removed)}{(sameLayers ? " (the same)" : $"; golden {string.Join(' ', goldenRemoved)}")}");
        }

        if (channels is { } different)
        {
            Console.WriteLine($"    hidden channels kept otherwise: {different} of {plan.Hidden?.Count}");
        }

        return new JsonObject
        {
            ["method"] = name, ["wikitext2"] = wiki, ["golden_wikitext2"] = goldenWiki, ["c4"] = c4, ["golden_c4"] = goldenC4,
            ["removed"] = List(removed), ["golden_removed"] = List(goldenRemoved), ["channels_kept_otherwise"] = channels, ["verdict"] = verdict,
        };

        static int[] Sorted(JsonArray list) => [.. list.Select(i => (int)i!).Order()];
        static JsonArray List(int[] values) => [.. values.Select(v => (JsonNode)v)];
    }
}
