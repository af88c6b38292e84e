using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Evaluation.Tasks;
using Prunus.Tests.Native;
using Prunus.Tokenizers;
using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Evaluation.Tasks;

/// <summary>Batched scoring against one pass for each token, on a tiny model of random weights, and statistics against reference values.</summary>
public sealed class TaskScorerTests
{
    private static readonly Random Draws = new(3);

    [Theory]
    [InlineData(1, null), InlineData(64, null), InlineData(100_000, null), InlineData(64, 9), InlineData(100_000, 13)]
    public void Likelihoods_EqualOnePassPerToken_HoweverTheyAreBatched(int batchTokens, int? maxLength)
    {
        using var decoder = Tiny();
        var items = Items();
        var options = new TaskOptions { BatchTokens = batchTokens, MaxLength = maxLength };
        var found = Scored(decoder, items, options);
        foreach (var (item, answers) in items.Zip(found))
        {
            foreach (var ((context, continuation), answer) in item.Zip(answers))
            {
                var (value, greedy) = ByHand(decoder, context, continuation, maxLength ?? 64);
                Assert.Equal(value, answer.Value, 1e-4);
                Assert.Equal(greedy, answer.IsGreedy);
                Assert.Equal(Math.Max(0, context.Length + continuation.Length - (maxLength ?? 64) - 1), answer.Truncated);
            }
        }
    }

    [Fact]
    public void Scoring_LeavesNoTensor()
    {
        using var decoder = Tiny();
        var items = Items();
        TensorLeaks.AssertNone(() => Scored(decoder, items, new TaskOptions { BatchTokens = 64 }));
    }

    [Fact]
    public void StandardErrors_EqualTheHarnesss()
    {
        var golden = JsonNode.Parse(File.ReadAllText(SharedFiles.Path("goldens", "metrics", "stderr.json")))!;
        foreach (var row in golden["mean_stderr"]!.AsArray())
        {
            var values = row!["xs"]!.AsArray().Select(x => x!.GetValue<double>()).ToList();
            Assert.Equal(row["mean"]!.GetValue<double>(), Statistics.Mean(values), 1e-12);
            Assert.Equal(row["stderr"]!.GetValue<double>(), Statistics.StandardError(values), 1e-12);
        }

        foreach (var row in golden["bootstrap"]!.AsArray().Where(r => r!["metric"]!.GetValue<string>() == "perplexity"))
        {
            var values = row!["xs"]!.AsArray().Select(x => x!.GetValue<double>()).ToList();
            Assert.Equal(row["value"]!.GetValue<double>(), TaskMetrics.Perplexity.Aggregate(values), 1e-9);
            Assert.Equal(row["stderr"]!.GetValue<double>(), TaskMetrics.Perplexity.StandardError(values, row["iters"]!.GetValue<int>()), 1e-9);
        }
    }

    [Theory]
    [InlineData("arc_easy_0shot", 4), InlineData("piqa_0shot", 4), InlineData("hellaswag_0shot", 4), InlineData("hellaswag_10shot", 1)]
    [InlineData("winogrande_0shot", 4), InlineData("lambada_openai_0shot", 4)]
    public void FirstItems_HaveTheHarnesssLikelihoods(string key, int count)
    {
        using var checkpoint = Checkpoint.Open(SharedFiles.Path("models", "smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"));
        var tokenizer = Tokenizer.FromFiles(checkpoint.CarriedFiles, checkpoint.Location);
        using var decoder = Decoder.Load(checkpoint, CPU, ScalarType.Float32);
        var lines = TaskGoldens.Lines(key);
        var result = TaskScorer.Score(decoder, tokenizer, TaskGoldens.Set(key, lines), new TaskOptions { Limit = count, Shots = TaskGoldens.Shots(key), BootstrapIterations = 0 }, cancellation: TestContext.Current.CancellationToken);
        foreach (var (line, item) in lines.Zip(result.Items))
        {
            foreach (var (expected, option) in line["options"]!.AsArray().Zip(item.Options))
            {
                var ll = expected!["ll"]!.GetValue<double>();
                Assert.Equal(ll, option.Likelihood.Value, 1e-3 + (1e-5 * Math.Abs(ll)));
                Assert.Equal(expected["is_greedy"]!.GetValue<bool>(), option.Likelihood.IsGreedy);
            }

            foreach (var metric in result.Set.Task.Metrics)
            {
                Assert.Equal(line[metric.Id]!.GetValue<double>(), metric.Value(item), metric.Id == "perplexity" ? 1e-3 : 0);
            }
        }
    }

    private static IReadOnlyList<Likelihood[]> Scored(Decoder decoder, IReadOnlyList<IReadOnlyList<(int[] Context, int[] Continuation)>> items, TaskOptions options) =>
        LikelihoodScorer.Score(decoder, items, options, null, TestContext.Current.CancellationToken);

    // Items of one to four options, some with one context, some without; some inputs twice, and inputs that differ in the last token alone.
    private static List<IReadOnlyList<(int[] Context, int[] Continuation)>> Items()
    {
        var items = new List<IReadOnlyList<(int[], int[])>>();
        for (var i = 0; i < 24; i++)
        {
            var context = Ids(1 + Draws.Next(30));
            items.Add([.. Enumerable.Range(0, 1 + (i % 4)).Select(_ => (i % 5 == 0 ? Ids(12) : context, Ids(1 + Draws.Next(7))))]);
        }

        items.Add(items[3]);
        items.Add([([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [4]), ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [5]), ([1, 2, 3, 4, 5, 6, 7, 8], [9, 10, 6])]);
        return items;
    }

    private static int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => Draws.Next(23))];

    private static (double Value, bool Greedy) ByHand(Decoder decoder, int[] context, int[] continuation, int most)
    {
        using var noGrad = no_grad();
        int[] all = [.. context, .. continuation];
        var start = Math.Max(0, all.Length - most - 1);
        var (sum, greedy) = (0.0, true);
        for (var t = context.Length; t < all.Length; t++)
        {
            using var scope = NewDisposeScope();
            var ids = all[start..t].Select(i => (long)i).ToArray();
            var logits = decoder.Head(decoder.Body(tensor(ids, [1, ids.Length])))[0, -1].data<float>().ToArray();
            sum += logits[all[t]] - Math.Log(logits.Sum(l => Math.Exp(l)));
            greedy &= Array.IndexOf(logits, logits.Max()) == all[t];
        }

        return (sum, greedy);
    }

    private static Decoder Tiny() => Decoder.Initialise(new DecoderConfig
    {
        Family = "llama",
        VocabSize = 23,
        Hidden = 12,
        HeadDim = 6,
        Layers = [new LayerConfig(2, 1, 20), new LayerConfig(2, 1, 20)],
        MaxPositions = 64,
        Rope = new RopeConfig(10_000, 6),
        AttentionScale = 1 / Math.Sqrt(6),
    }, seed: 5, std: 0.3, CPU, ScalarType.Float32);
}
