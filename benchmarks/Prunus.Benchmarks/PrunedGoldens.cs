using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Datasets;
using Prunus.Decoders;
using Prunus.Evaluation;
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
    private const int Window = 2048, Sequences = 128;
    private const double ScoreTolerance = 1e-3, PerplexityTolerance = 0.01;

    private static readonly (string Key, Reading Reading)[] Scored =
        [("hidden", Reading.HiddenIn), ("ffn", Reading.FfnAct), ("head", Reading.HeadModelOpt), ("head_paper", Reading.HeadPaper)];

    private static readonly (string Prefix, string LayersBy)[] DepthMethods =
        [("shortgpt_", "bi"), ("greedy_ppl_", "greedy-ppl"), ("contiguous_ppl_", "contiguous-ppl"), ("contiguous_angular_", "contiguous-angular")];

    private readonly Arguments _arguments;
    private readonly Dictionary<string, (double Wiki, double C4)> _measured = new(StringComparer.Ordinal);
    private readonly int[] _wiki, _c4, _calibration;
    private readonly Decoder _donor;
    private bool _passed = true;

    private PrunedGoldens(Arguments arguments, Decoder donor, Tokenizer tokenizer)
    {
        (_arguments, _donor) = (arguments, donor);
        _calibration = Tokens(arguments.Train);
        _c4 = Tokens(arguments.C4);
        _wiki = Tokens(arguments.Wiki);

        int[] Tokens(string path) => tokenizer.Encode(TextFile.ReadAll(path), parseSpecial: true, addSpecial: false);
    }

    private sealed record Arguments(string Model, string Goldens, string Train, string C4, string Wiki)
    {
        public string Device { get; init; } = "cpu";

        /// <summary>Beginnings of the names of the methods to run; none = all.</summary>
        public IReadOnlyList<string> Only { get; init; } = [];

        public string? Json { get; init; }

        public int? Windows { get; init; }

        public int Sequences { get; init; } = PrunedGoldens.Sequences;

        /// <summary>Whether the numbers are those that the reference has.</summary>
        public bool Whole => Windows is null && Sequences == PrunedGoldens.Sequences;
    }

    /// <summary>Runs and prints; 0 when everything passed, 1 when something is off, 2 when the command line is wrong.</summary>
    public static int Run(string[] arguments)
    {
        if (Read(arguments) is not { } read)
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

    private static Arguments? Read(string[] arguments)
    {
        var (plain, named) = (new List<string>(), new Dictionary<string, string>(StringComparer.Ordinal));
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal))
            {
                plain.Add(arguments[i]);
            }
            else if (arguments[i] is "--json" or "--windows" or "--sequences" && i + 1 < arguments.Length)
            {
                named[arguments[i]] = arguments[++i];
            }
            else
            {
                return null;
            }
        }

        return plain is not [var model, var goldens, var train, var c4, var wiki, .. var rest] ? null : new Arguments(model, goldens, train, c4, wiki)
        {
            Device = rest.FirstOrDefault() ?? "cpu",
            Only = [.. rest.Skip(1)],
            Json = named.GetValueOrDefault("--json"),
            Windows = Count("--windows"),
            Sequences = Count("--sequences") ?? Sequences,
        };

        int? Count(string option) => named.TryGetValue(option, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : null;
    }

    private bool Compare()
    {
        var clock = Stopwatch.StartNew();
        var methods = JsonNode.Parse(File.ReadAllText(Path.Combine(_arguments.Goldens, "pruners.json")))!["methods"]!.AsObject();
        var wanted = methods.Where(m => PruningOf(m.Key, m.Value!) is not null && (_arguments.Only.Count == 0 || _arguments.Only.Any(o => m.Key.StartsWith(o, StringComparison.Ordinal))))
            .Select(m => (Name: m.Key, Golden: m.Value!, Options: PruningOf(m.Key, m.Value!)!)).ToArray();
        if (!_arguments.Whole)
        {
            Console.WriteLine("part of the texts only: nothing below need agree with the reference");
        }

        using var calibration = CalibrationBatches.FromTokens(_calibration, Window, _arguments.Sequences, _donor.Config.VocabSize);
        var scores = ImportanceSweep.Run(_donor, [calibration], new SweepOptions { Readings = [.. Scored.Select(s => s.Reading), Reading.BlockInfluence], Aggregations = Aggregation.All });
        Console.WriteLine(FormattableString.Invariant($"{calibration.size(0)} x {calibration.size(1)} tokens on {_donor.Device}, scored in {clock.Elapsed.TotalSeconds:F1} s"));
        var results = new JsonObject { ["device"] = _donor.Device.ToString(), ["whole"] = _arguments.Whole, ["scores"] = CompareScores(scores) };
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
        results["passed"] = _arguments.Whole ? _passed : null;
        if (_arguments.Json is { } file)
        {
            File.WriteAllText(file, results.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        }

        Console.WriteLine(!_arguments.Whole ? "not judged" : _passed ? "PASS" : "FAIL");
        return _passed;
    }

    /// <summary>What our toolkit calls the pruning of a reference entry; null for what this benchmark does not make.</summary>
    private PruneOptions? PruningOf(string name, JsonNode golden)
    {
        if (name.StartsWith("minitron_", StringComparison.Ordinal))
        {
            var (shape, groups) = (golden["shape"]!, _donor.Config.Layers[0].KvGroups);
            var target = new PlanTarget { Hidden = (int)shape["hidden"]!, Ffn = (int)shape["ffn"]!, QueryHeads = (int)shape["q_heads_per_group"]! * groups, KvGroups = groups, AllowUnloadable = true };
            return new PruneOptions { Target = target, Aggregation = Aggregation.Parse((string)golden["aggregation"]!) };
        }

        return DepthMethods.FirstOrDefault(m => name.StartsWith(m.Prefix, StringComparison.Ordinal)) is not (_, { } layersBy) ? null
            : new PruneOptions { Target = new PlanTarget { Layers = (int)golden["layers"]! }, LayersBy = layersBy };
    }

    private JsonArray CompareScores(Scores scores)
    {
        using var golden = SafetensorsFile.Open(Path.Combine(_arguments.Goldens, "minitron_scores.safetensors"));
        var rows = new JsonArray();
        Console.WriteLine("largest relative difference of scores");
        foreach (var aggregation in Aggregation.All)
        {
            var line = $"{aggregation.Suffix,-10}";
            foreach (var (key, reading) in Scored)
            {
                var expected = new float[golden.Tensors[$"{aggregation.Suffix}.{key}"].ElementCount];
                golden.Read($"{aggregation.Suffix}.{key}", 0, expected);
                var ours = reading == Reading.HiddenIn ? scores.Values[$"{reading.Id}.{aggregation.Suffix}"]
                    : [.. Enumerable.Range(0, _donor.Config.LayerCount).SelectMany(l => scores.Values[$"L{l}.{reading.Id}.{aggregation.Suffix}"])];
                var difference = ours.Zip(expected, (a, b) => Math.Abs(a - b) / Math.Abs(b)).Max();
                var verdict = Judge(ours.Length == expected.Length && difference <= ScoreTolerance);
                line += FormattableString.Invariant($"  {key} {difference:E1} {verdict}");
                rows.Add((JsonNode)new JsonObject { ["aggregation"] = aggregation.Suffix, ["scores"] = key, ["difference"] = difference, ["verdict"] = verdict });
            }

            Console.WriteLine(line);
        }

        return rows;
    }

    private JsonObject Row(string name, JsonNode golden, PruningPlan plan)
    {
        var (wiki, c4) = Measure(plan);
        var (goldenWiki, goldenC4) = ((double)golden["ppl_wikitext2"]!, (double)golden["ppl_c4"]!);
        var close = Math.Max(Math.Abs((wiki / goldenWiki) - 1), Math.Abs((c4 / goldenC4) - 1)) <= PerplexityTolerance;
        int[] removed = plan.Layers is { } layers ? [.. Enumerable.Range(0, _donor.Config.LayerCount).Except(layers)] : [];
        var goldenRemoved = golden["removed"] is JsonArray list ? Sorted(list) : [];
        var sameLayers = removed.SequenceEqual(goldenRemoved);
        var channels = golden["hidden_kept"] is JsonArray kept ? Sorted(kept).Except(plan.Hidden ?? []).Count() : (int?)null;
        var verdict = Judge(close && sameLayers);
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

    /// <summary>Perplexity on both texts of what a plan leaves; plans that several methods share are measured once.</summary>
    private (double Wiki, double C4) Measure(PruningPlan plan)
    {
        var key = plan.ToJson();
        if (!_measured.TryGetValue(key, out var result))
        {
            using var pruned = key == new PruningPlan().ToJson() ? null : Surgery.Prune(_donor, plan);
            var options = new PerplexityOptions { Window = Window, Windows = _arguments.Windows, Batch = _donor.Device.type == DeviceType.CPU ? 1 : 8 };
            result = (Perplexity.Measure(pruned ?? _donor, _wiki, options).Perplexity, Perplexity.Measure(pruned ?? _donor, _c4, options).Perplexity);
            _measured[key] = result;
        }

        return result;
    }

    private string Judge(bool holds)
    {
        if (!_arguments.Whole)
        {
            return "not judged";
        }

        _passed &= holds;
        return holds ? "PASS" : "FAIL";
    }
}
