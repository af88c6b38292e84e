using System.Text.Json.Nodes;
using Prunus.Decoders;
using Prunus.Evaluation;
using Prunus.Pruning;
using TorchSharp;

namespace Prunus.Tests.Pruning;

public class DepthImportanceTests
{
    private static readonly DepthOptions Everything = new() { Distances = true, Loss = true, LossSpans = [2], Greedy = 2, LossSequences = null };

    public static TheoryData<string> Cases => [.. PruningGoldens.Cases];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Losses_distances_and_greedy_removal_match_the_reference(string name)
    {
        var golden = PruningGoldens.Json(name, "depth.json");
        using var donor = ImportanceSweepTests.Load(name);
        var scores = Measure(donor, ImportanceSweepTests.Calibration(name), Everything);
        Close(golden["loss_full"]!.GetValue<double>(), Assert.Single(scores.Values["ppl.full"]));
        AllClose(Doubles(golden["loss_without_layer"]!), scores.Values["ppl"]);
        AllClose(Doubles(golden["loss_without_span2"]!), scores.Values["ppl.span.2"]);
        var greedy = golden["greedy_removal"]!.AsArray();
        AllClose([.. greedy.Select(g => g!["loss"]!.GetValue<double>())], scores.Values["ppl.greedy.loss"]);
        Assert.Equal(greedy.Select(g => g!["removed"]!.GetValue<int>()), Enumerable.Range(1, 2).Select(step => Array.IndexOf(scores.Values["ppl.greedy"], step)));
        foreach (var (length, spans) in golden["block_distance"]!.AsObject())
        {
            foreach (var (key, of) in new[] { ("bi", "one_minus_cos_all"), ("bi_last", "one_minus_cos_last"), ("angular_all", "angular_all"), ("angular", "angular_last") })
            {
                AllClose([.. spans!.AsArray().Select(s => s![of]!.GetValue<double>())], scores.Values[$"{key}.span.{length}"]);
            }
        }
    }

    // ModelOpt adds up the influence of each batch: it depends on the batching, ours times the number of batches does not.
    [Theory]
    [MemberData(nameof(Cases))]
    public void The_sum_over_batches_that_ModelOpt_codes_is_that_of_the_batches_by_themselves(string name)
    {
        using var donor = ImportanceSweepTests.Load(name);
        var sum = new double[donor.Config.LayerCount];
        foreach (var batch in ImportanceSweepTests.Calibration(name))
        {
            var influence = ImportanceSweep.Run(donor, [batch], new SweepOptions { Readings = [Reading.BlockInfluence] }, null, TestContext.Current.CancellationToken).Values["bi"];
            sum = [.. sum.Zip(influence, (a, b) => a + b)];
        }

        AllClose([.. PruningGoldens.Json(name, "depth.json")["block_influence"]!.AsArray().Select(b => b!["modelopt_sum_over_batches"]!.GetValue<double>())], sum);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_loss_without_layers_is_to_the_last_bit_that_of_the_pruned_model(string name)
    {
        using var donor = ImportanceSweepTests.Load(name);
        var batches = ImportanceSweepTests.Calibration(name);
        var scores = Measure(donor, batches, Everything);
        foreach (var (kept, loss) in new[] { (new[] { 1, 2 }, scores.Values["ppl"][0]), ([0, 1], scores.Values["ppl"][2]), ([2], scores.Values["ppl.span.2"][0]), ([0, 1, 2], scores.Values["ppl.full"][0]) })
        {
            using var pruned = Surgery.Prune(donor, new PruningPlan { Layers = kept });
            Assert.Equal(PlainLoss(pruned, batches), loss);
        }
    }

    [Fact]
    public void Losses_are_measured_on_the_first_sequences_only_and_the_cost_is_counted()
    {
        using var donor = ImportanceSweepTests.Load("llama");
        var batches = ImportanceSweepTests.Calibration("llama");
        var three = Measure(donor, batches, new DepthOptions { Loss = true, LossSequences = 3 });
        using var rest = batches[1].narrow(0, 0, 1);
        Assert.Equal(Measure(donor, [batches[0], rest], new DepthOptions { Loss = true, LossSequences = null }).Values["ppl"][1], three.Values["ppl"][1], 12);

        // 30 layers, one at a time: the whole model once and 29 + 28 + … + 0 layers behind the removed ones.
        Assert.Equal((30 + (29 * 30 / 2)) / 30.0, new DepthOptions { Loss = true }.Forwards(30), 12);
        Assert.Equal(1, new DepthOptions { Distances = true }.Forwards(30), 12);
    }

    [Fact]
    public void Impossible_spans_and_empty_text_are_refused()
    {
        using var donor = ImportanceSweepTests.Load("llama");
        Assert.Throws<PrunusInputException>(() => Measure(donor, ImportanceSweepTests.Calibration("llama"), new DepthOptions { LossSpans = [3] }));
        Assert.Throws<PrunusInputException>(() => Measure(donor, ImportanceSweepTests.Calibration("llama"), new DepthOptions { Greedy = 3 }));
        Assert.Throws<PrunusInputException>(() => Measure(donor, [torch.zeros([2, 1], torch.ScalarType.Int64)], new DepthOptions { Loss = true }));
        Assert.Throws<PrunusInputException>(() => Measure(donor, [], new DepthOptions { Distances = true }));
    }

    [Fact]
    public void Nothing_stays_alive()
    {
        using var donor = ImportanceSweepTests.Load("llama");
        var batches = ImportanceSweepTests.Calibration("llama");
        var before = 0L;
        for (var i = 0; i < 3; i++)
        {
            Measure(donor, batches, Everything);
            var alive = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            Assert.True(i < 2 || alive == before, $"{alive - before} tensors more are alive");
            before = alive;
        }
    }

    private static Scores Measure(Decoder donor, IReadOnlyList<torch.Tensor> batches, DepthOptions options) =>
        DepthImportance.Measure(donor, batches, options, null, TestContext.Current.CancellationToken);

    private static double PlainLoss(Decoder decoder, torch.Tensor[] batches)
    {
        var (sum, count) = (0.0, 0L);
        foreach (var ids in batches)
        {
            using var scope = torch.NewDisposeScope();
            using var gradients = torch.no_grad();
            var tokens = ids.size(1) - 1;
            sum += TokenLoss.Sum(decoder, decoder.Body(ids).narrow(1, 0, tokens).reshape(-1, decoder.Config.Hidden), ids.narrow(1, 1, tokens).reshape(-1));
            count += ids.size(0) * tokens;
        }

        return sum / count;
    }

    private static double[] Doubles(JsonNode node) => [.. node.AsArray().Select(v => v!.GetValue<double>())];

    private static void AllClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach (var (e, a) in expected.Zip(actual))
        {
            Close(e, a);
        }
    }

    private static void Close(double expected, double actual) => Assert.InRange(actual, expected - (1e-4 * Math.Abs(expected)), expected + (1e-4 * Math.Abs(expected)));
}
