using System.Text.Json.Nodes;
using Prunus.Lottery.Kinds;
using Prunus.Lottery.Tickets;
using Prunus.Recipes;
using Prunus.Runs;
using Prunus.Tests.Cli;
using Prunus.Tests.Recipes;

namespace Prunus.Tests.Lottery.Kinds;

/// <summary>A recipe of kinds through the built tool: what a kill leaves, and what times may differ in.</summary>
public sealed class SparsityRecipeTests : IDisposable
{
    private static readonly string Recipe = WrittenRecipe.Text("sparse-inference", """
            net: "mlp:24-12"
            data: blobs
            train: {optimizer: sgd, lr: 0.05, batch: 50, iterations: 30, evaluate_every: 30, validation: 200, test_images: 200}
            retrain: {iterations: 10, evaluate_every: 10}
            timing: {rounds: 1, milliseconds: 0.1}
            lists: {sparsity: [50, 90]}
        sparsity:
          - name: mlp
            kinds:
              - {name: dense}
              - {for: {s: sparsity}, name: "unstructured {s}%", sparsity: "{s}%"}
              - {name: "pattern 2:4", pattern: "2:4"}
              - {name: half, keep: 50%}
        claims:
          - {id: a, text: left, left: mlp/unstructured 90%.pm, equals: 10, by: 1}
          - {id: b, text: faster, left: mlp/half.ratio_dense_64, below: 1}
        """);

    private readonly WrittenRecipe _recipe = new(Recipe);

    [Fact]
    public async Task Killed_GoesOnToTheSameCells_AndTimesAloneDiffer()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await _recipe.Run("whole");
        await _recipe.Kill("killed", clock.Elapsed / 2);
        await _recipe.Run("killed", "--jobs", "2");
        Assert.Equal(File.ReadAllText(_recipe["whole", "cells.json"]), File.ReadAllText(_recipe["killed", "cells.json"]));
        Assert.Equal(Untimed("whole"), Untimed("killed"));

        // Done, it stays as it is, times among it.
        var bytes = File.ReadAllText(_recipe["whole", "record.json"]);
        var record = await _recipe.Run("whole");
        Assert.Equal(bytes, File.ReadAllText(_recipe["whole", "record.json"]));
        Assert.All(record.Metrics.Where(m => m.Key.Contains(".ratio_", StringComparison.Ordinal)), m => Assert.True(m.Value.Value > 0, m.Key));
        Assert.Equal(20, record.Metrics.Keys.Count(k => k.Contains(".ratio_", StringComparison.Ordinal)));
        Assert.Equal(record.Metrics["mlp/dense.bytes_dense"].Value, record.Metrics["mlp/pattern 2:4.bytes_dense"].Value);
        Assert.True(record.Metrics["mlp/half.bytes_dense"].Value < 0.6 * record.Metrics["mlp/dense.bytes_dense"].Value);
        Assert.True(record.Metrics["mlp/unstructured 90%.bytes_ticket"].Value < record.Metrics["mlp/unstructured 90%.bytes_sparse"].Value);
        Assert.InRange(record.Metrics["mlp/unstructured 90%.pm"].Value, 9.9, 10.1);
        Assert.Equal(3, TicketFile.Read(_recipe["whole", "tickets", "mlp-pattern-2-4-seed1.ticket"]).Masks.Names.Count);
    }

    [Theory]
    [InlineData("keep: 50%}", "keep: 50%, sparsity: 50%}", "'half' is pruned in two ways; give one of sparsity, pattern and keep")]
    [InlineData("keep: 50%}", "keep: 50}", "'keep' is '50'; give a share between 0 and 100 %, such as 90%")]
    [InlineData("keep: 50%}", "keep: 50%, axes: [ffn]}", "'axes' is for decoders; leave it out: all hidden layers of image nets get narrower")]
    [InlineData("- {name: dense}", "- {name: thin, sparsity: 10%}", "mlp does not have one dense kind; add '- {name: dense}' to its kinds")]
    [InlineData("name: half", "name: dense", "has 'mlp/dense' twice; give experiments and their kinds different names")]
    [InlineData("pattern: \"2:4\"", "pattern: \"4:2\"", "'4:2' is not N:M with N from 1 to M; write 2:4")]
    [InlineData("rounds: 1", "rounds: 0", "timing has 0 rounds of 0.1 ms; give numbers above 0")]
    [InlineData("rounds: 1, milliseconds: 0.1", "rounds: 1, milliseconds: -0.5", "timing has 1 rounds of -0.5 ms; give numbers above 0")]
    [InlineData("test_images: 200}", "test_images: 200, images: 49}", "mlp: blobs: gives 49 training images (images), too few for a batch of 50; raise 'images' or lower 'batch'")]
    [InlineData("retrain: {", "retrain: {batch: 1801, ", "mlp, retrain: blobs: has 2000 training images, too few for 200 held back (validation) and a batch of 1801; lower 'validation' or 'batch'")]
    [InlineData("retrain: {", "retrain: {images: 100, ", "mlp retrains on other data than it trains on; give images, test_images, validation, split_seed, pixels and block in 'train' alone")]
    [InlineData("half.ratio_dense_64", "half.ratio_dense_3", "names the metric 'ratio_dense_3'")]
    public void Faults_name_the_line_and_the_remedy(string what, string instead, string message)
    {
        var fault = Assert.Throws<PrunusInputException>(() => RecipeReader.Read("mine.yaml", Recipe.Replace(what, instead, StringComparison.Ordinal)));
        Assert.StartsWith("mine.yaml:", fault.Message, StringComparison.Ordinal);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TrainingsThatBreakDown_AreMarked_AndTheOthersGoOn()
    {
        using var recipe = new WrittenRecipe(WrittenRecipe.Text("sparse-inference", """
                net: "mlp:24-12"
                data: blobs
                train: {optimizer: sgd, lr: 0.05, batch: 50, iterations: 10, evaluate_every: 10, validation: 200, test_images: 200}
                retrain: {iterations: 5, evaluate_every: 5}
                timing: {rounds: 1, milliseconds: 0.1}
            sparsity:
              - {name: tame, kinds: [{name: dense}, {name: half, keep: 50%}]}
              - {name: wild, train: {lr: 1e39, iterations: 1}, kinds: [{name: dense}, {name: fewer, sparsity: 90%}, {name: "2:4", pattern: "2:4"}, {name: half, keep: 50%}]}
              - {name: later, retrain: {lr: 1e39, iterations: 1}, kinds: [{name: dense}, {name: fewer, sparsity: 90%}, {name: half, keep: 50%}]}
            """));
        var (code, output, error) = Tool.Run(recipe.Command("run", "--quiet"));
        Assert.True(code == 0, error);
        Assert.StartsWith("prunus: warning: wild/dense (seed 1), wild/dense (seed 2), wild/fewer (seed 1) and 5 more: a loss or weight became NaN or infinite there (or in the dense net), ", error, StringComparison.Ordinal);
        Assert.Contains("failed", output, StringComparison.Ordinal);
        var metrics = RecordJson.ReadRecord(recipe["run"]).Metrics;
        Assert.All(["wild/dense", "wild/fewer", "wild/2:4", "wild/half", "later/dense", "later/fewer", "later/half"], c => Assert.Equal((1.0, false), (metrics[c + ".failed"].Value, metrics.ContainsKey(c + ".accuracy"))));
        Assert.All(["tame/dense", "tame/half"], c => Assert.Equal((0.0, true), (metrics[c + ".failed"].Value, metrics.ContainsKey(c + ".accuracy"))));
        Assert.Equal(10, metrics["later/fewer.pm"].Value, 0.1);
    }

    public void Dispose() => _recipe.Dispose();

    // A record without what a clock said: metrics, and what is made of them.
    private string Untimed(string run)
    {
        var record = JsonNode.Parse(File.ReadAllText(_recipe[run, "record.json"]))!.AsObject();
        var timed = SparsityMetrics.All.Except(SparsityMetrics.Plain).ToHashSet();
        foreach (var measures in record["subjects"]!.AsArray().Select(s => s!["measures"]!.AsObject()).Append(record["metrics"]!.AsObject()))
        {
            foreach (var name in measures.Select(m => m.Key).Where(k => timed.Contains(k[(k.LastIndexOf('.') + 1)..])).ToList())
            {
                measures.Remove(name);
            }
        }

        record["claims"]!.AsArray().RemoveAt(1);
        return record.ToJsonString();
    }
}
