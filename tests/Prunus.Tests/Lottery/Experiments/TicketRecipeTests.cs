using Prunus.Lottery.Tickets;
using Prunus.Runs;
using Prunus.Tests.Recipes;

namespace Prunus.Tests.Lottery.Experiments;

/// <summary>Every kind of rewinding and branch through the built tool, one training at a time and in stacks, and what a kill leaves.</summary>
public sealed class TicketRecipeTests : IDisposable
{
    private static readonly string Recipe = WrittenRecipe.Text("lottery-tickets", """
            net: "mlp:24-12"
            data: blobs
            train: {optimizer: sgd, lr: 0.05, batch: 50, iterations: 30, evaluate_every: 10, validation: 200, test_images: 200}
            cut: {linear: 40%, output: 20%, levels: 0..2}
        experiments:
          - name: own
            rewind: {to: 5}
            branches: [{branch: reinit}, {branch: random-mask, replicates: 2}, {branch: shuffle-global}, {branch: reuse-sign}, {branch: data-order, levels: [0, 2]}, {branch: mask-only}, {branch: sign-only}]
          - {name: state, rewind: {to: 5, kind: weights-and-state}, branches: [{branch: random-mask-global, levels: [1]}, {branch: shuffle-layerwise, levels: [1]}]}
          - {name: open, cut: {rule: open-lth, levels: [1]}}
          - {name: rate, rewind: {to: 5, kind: rate}}
          - {name: finetune, rewind: {to: 20, kind: finetune}}
          - {name: shot, cut: {once: true, criterion: movement}}
          - {name: global, cut: {scope: global, output: 40%}}
          - {name: snip, cut: {at: initialisation, criterion: snip, scope: global}, branches: [{branch: shuffle-layerwise, levels: [2]}]}
          - {name: synflow, cut: {at: initialisation, criterion: synflow, levels: [2]}}
          - {name: erk, cut: {at: initialisation, criterion: random-erk, levels: [2]}}
          - {name: gradual, cut: {at: training, pace: {to: 70%, cuts: 5}}, branches: [{branch: none}]}
          - {name: taught, train: {distil: {weight: 0.5, tau: 2}}, cut: {at: initialisation, criterion: random-uniform, levels: [1]}}
          - {name: "2:4", cut: {pattern: "2:4", levels: [0, 1]}}
          - {name: "2:4 trained", cut: {pattern: "2:4", at: training, decay: 1e-3, levels: [1]}, branches: [{branch: none}]}
          - {name: moved, data: stripes, tickets_of: own, rewind: {to: 5}}
          - {name: moved shot, data: stripes, tickets_of: shot, cut: {levels: [2]}}
          - {name: moved snip, data: stripes, tickets_of: snip, cut: {levels: [1]}}
          - name: decoder
            net: "decoder:demo:layers=1,hidden=48,ffn=64,heads=2,groups=1"
            data: demo/demo-heldout
            train: {optimizer: adam, lr: 5e-3, batch: 4, block: 32, iterations: 24, evaluate_every: 8, validation: 8, test_images: 16}
            cut: {levels: 0..1}
            rewind: {to: 4}
            branches: [{branch: reinit, levels: [1]}, {branch: data-order, levels: [1]}]
        claims:
          - {id: pm, text: left, left: own/ticket 1.pm, equals: 60, by: 1}
          - {id: first, text: of the first layer, left: "own/ticket 1.density:fc1", equals: 60, by: 1}
        figures:
          - {kind: levels, title: beside, y: early_accuracy_beside_dense, y_label: difference, series: [{name: ticket, of: own/ticket}, {name: random, of: own/random-mask}, {name: chance, of: own/ticket, y: mask_overlap_chance, like: ticket}],
             others: [{name: theirs, source: a paper, x: [50], y: [0.5], like: ticket}]}
          - {kind: training, title: during, from: 10, series: [{name: "{pm} %", of: own/ticket 1}]}
          - {kind: layers, title: layers, of: global/ticket}
        """);

    private readonly WrittenRecipe _recipe = new(Recipe);

    [Fact]
    public async Task Killed_GoesOnToTheSameBytes_AndTicketsAreFiles()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var record = await _recipe.Run("whole");
        var time = clock.Elapsed;
        foreach (var (share, stack) in ((double, string)[])[(0.3, "64"), (0.6, "5")])
        {
            await _recipe.Kill("killed", time * share, "--stack", stack);
        }

        var stacked = await _recipe.Run("killed", "--jobs", "2", "--stack", "4");
        Assert.Equal(record.Metrics.Keys, stacked.Metrics.Keys);

        // A teacher is autograd's: its stack sums in another order.
        Assert.All(record.Metrics, m => Assert.True(m.Key.StartsWith("taught/", StringComparison.Ordinal) ? Math.Abs(m.Value.Value - stacked.Metrics[m.Key].Value) < 1e-5 : m.Value == stacked.Metrics[m.Key], m.Key));
        Assert.Equal(0, record.Metrics["own/ticket 2.failed"].Value);
        Assert.Equal(record.Metrics["own/ticket 2.kept"].Value, record.Metrics["own/reinit 2.kept"].Value);
        Assert.Equal(record.Metrics["own/ticket 2.kept"].Value, record.Metrics["shot/ticket 2.kept"].Value);
        Assert.All(["snip", "synflow", "gradual", "moved shot"], e => Assert.Equal(record.Metrics["own/ticket 2.kept"].Value, record.Metrics[e + "/ticket 2.kept"].Value));
        Assert.InRange(record.Metrics["erk/ticket 2.kept"].Value - record.Metrics["own/ticket 2.kept"].Value, 0, 3);
        Assert.NotEqual(record.Metrics["own/ticket 1.final_loss"].Value, record.Metrics["state/ticket 1.final_loss"].Value);
        Assert.Equal(record.Metrics["own/ticket 0.final_loss"].Value, record.Metrics["state/ticket 0.final_loss"].Value, 1e-5);
        Assert.Equal(record.Metrics["state/ticket 1.kept"].Value, record.Metrics["state/random-mask-global 1.kept"].Value);
        Assert.InRange(record.Metrics["own/ticket 1.kept"].Value - record.Metrics["open/ticket 1.kept"].Value, 3, 6);
        Assert.All(["2:4", "2:4 trained"], e => Assert.Equal(50, record.Metrics[e + "/ticket 1.pm"].Value, 0.5));
        Assert.Equal((30, 90), (record.Metrics["gradual/ticket 2.search_steps"].Value, record.Metrics["own/ticket 2.search_steps"].Value + 10));
        Assert.True(record.Metrics["own/data-order 2.order_distance"].Value > 0);
        Assert.InRange(record.Metrics["own/data-order 2.disagreement"].Value, 0, 1);
        Assert.False(record.Metrics.ContainsKey("own/mask-only 2.accuracy@10"));
        Assert.True(record.Metrics["decoder/ticket 0.final_loss"].Value < 7.5, "ln 2048 = 7.6 is where it starts");
        Assert.True(record.Metrics["decoder/data-order 1.order_distance"].Value > 0);
        Assert.Equal(60, record.Metrics["decoder/ticket 1.pm"].Value, 0.1);
        Assert.Contains("early_loss", record.Subjects.Single(s => s.Name == "decoder/reinit 1").Measures.Keys);
        CheckFigures(record);
        var decoder = TicketFile.Read(_recipe["whole", "tickets", "decoder", "seed-1", "level-01.ticket"]);
        Assert.StartsWith("decoder-llama:1x48:2048:", decoder.Architecture, StringComparison.Ordinal);
        Assert.Equal("normal-0.02", decoder.Initialisation);
        var tickets = ((string[])["seed-1", "seed-2"]).Select(s => TicketFile.Read(_recipe["whole", "tickets", "own", s, "level-02.ticket"])).ToArray();
        Assert.All(tickets, t => Assert.Equal(5, t.RewindStep));
        Assert.Equal(record.Metrics["own/ticket 2.kept"].Value, tickets.Average(t => t.Masks.Kept));
    }

    private static void CheckFigures(Prunus.Runs.Record record)
    {
        double Of(string metric) => record.Metrics[metric].Value;
        Assert.Equal(Of("own/ticket 2.early_accuracy") - Of("own/ticket 0.early_accuracy"), Of("own/ticket 2.early_accuracy_beside_dense"), 1e-12);
        Assert.Equal(Side.NotJudged, record.Metrics["own/ticket 2.early_accuracy_beside_dense"].Side);
        Assert.Null(record.Metrics["own/ticket 2.early_accuracy"].Side);

        // The dense net has itself, and where masks are found before training none is trained unless level 0 is listed; others train theirs, listed or not.
        Assert.All(["own/ticket 0", "synflow/ticket 2", "erk/ticket 2"], c => Assert.DoesNotContain(c + ".early_accuracy_beside_dense", record.Metrics.Keys));
        Assert.All(["snip/ticket 2", "moved shot/ticket 2", "own/data-order 0"], c => Assert.Contains(c + ".early_accuracy_beside_dense", record.Metrics.Keys));
        Assert.Equal(Of("decoder/ticket 1.final_loss") - Of("decoder/ticket 0.final_loss"), Of("decoder/ticket 1.final_loss_beside_dense"), 1e-12);
        Assert.InRange(Of("own/ticket 2.dense_angle"), 1, 179);
        Assert.InRange(Of("own/data-order 2.train_barrier"), -1, 1);

        // Two masks of 60 % of 1 - 0.6 are kept by both in 36 %: 0.36 of 0.84.
        Assert.Equal(0.36 / 0.84, Of("own/ticket 1.mask_overlap_chance"), 0.02);
        Assert.Equal(60, Of("own/ticket 1.density:fc1"), 0.5);
        Assert.DoesNotContain("own/ticket 1.density:fc2", record.Metrics.Keys);
        var (ticket, random, chance, theirs) = record.Series.Where(s => s.Chart == "beside").ToArray() is [var a, var b, var c, var d] ? (a, b, c, d) : default;
        Assert.Equal((null, null, "ticket", "ticket", "a paper"), (ticket!.Source, random!.Like, chance!.Like, theirs!.Like, theirs.Source));
        Assert.All(random.X.Index(), p => Assert.True(random.Low![p.Index] <= random.Y[p.Index] && random.Y[p.Index] <= random.High![p.Index]));
        var during = Assert.Single(record.Series, s => s.Chart == "during");
        Assert.Equal("60", during.Name[..2]);
        Assert.Equal([10.0, 20, 30], during.X);
        Assert.Equal(Of("own/ticket 1.final_accuracy"), during.Y[^1], 1e-12);
        var layers = Assert.Single(record.Maps!);
        Assert.Equal(["fc1", "fc2", "fc3"], layers.Rows);
        Assert.Equal(2, layers.Columns.Count);
        Assert.All(layers.Values.SelectMany(v => v), v => Assert.InRange(v, 0, 100));
    }

    public void Dispose() => _recipe.Dispose();
}
