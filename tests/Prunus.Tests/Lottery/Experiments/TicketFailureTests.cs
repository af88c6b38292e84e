using Prunus.Runs;
using Prunus.Tests.Cli;
using Prunus.Tests.Recipes;

namespace Prunus.Tests.Lottery.Experiments;

public sealed class TicketFailureTests : IDisposable
{
    private static readonly string Recipe = WrittenRecipe.Text("lottery-tickets", """
            net: "mlp:24-12"
            data: blobs
            train: {optimizer: sgd, lr: 0.05, batch: 50, iterations: 20, evaluate_every: 10, validation: 200, test_images: 200}
            cut: {linear: 40%, output: 20%, levels: 0..2}
        experiments:
          - {name: tame, branches: [{branch: reinit}]}
          - {name: wild, train: {lr: 1e30}, rewind: {to: 3}, branches: [{branch: reinit}, {branch: data-order}, {branch: shuffle-global}, {branch: mask-only}]}
          - {name: wild rate, train: {lr: 1e30}, rewind: {to: 3, kind: rate}}
          - {name: wild once, train: {lr: 1e30}, cut: {once: true, criterion: movement}}
          - {name: wild gradual, train: {lr: 1e30}, cut: {at: training}}
          - {name: taken, rewind: {to: 3}, tickets_of: wild}
        figures:
          - {kind: levels, title: t, y: final_accuracy, y_label: a, series: [{name: tame, of: tame/ticket}, {name: wild, of: wild/ticket}]}
        """);

    private readonly WrittenRecipe _recipe = new(Recipe);

    [Fact]
    public void TrainingsThatDiverge_AreMarked_AndTheOthersGoOn()
    {
        var (code, _, error) = Tool.Run(_recipe.Command("run", "--quiet"));
        Assert.Equal(0, code);
        Assert.All(error.TrimEnd().Split('\n'), line => Assert.StartsWith("prunus: warning: ", line, StringComparison.Ordinal));
        var metrics = RecordJson.ReadRecord(_recipe["run"]).Metrics;
        string[] cells = ["wild/ticket 0", "wild/ticket 2", "wild/reinit 1", "wild/data-order 2", "wild/mask-only 1", "wild rate/ticket 2", "wild once/ticket 2", "wild gradual/ticket 2", "taken/ticket 1"];
        Assert.All(cells, c => Assert.Equal(1, metrics[c + ".failed"].Value));
        Assert.All(cells, c => Assert.DoesNotContain(metrics.Keys, k => k.StartsWith(c + ".", StringComparison.Ordinal) && k.Contains("accuracy", StringComparison.Ordinal)));
        Assert.All(["tame/ticket 2", "tame/reinit 2", "taken/ticket 0"], c => Assert.Equal((0.0, true), (metrics[c + ".failed"].Value, metrics.ContainsKey(c + ".final_accuracy"))));

        // Levels keep their sizes, and leave no ticket that means nothing.
        Assert.Equal(metrics["tame/ticket 2.kept"].Value, metrics["wild/ticket 2.kept"].Value);
        Assert.False(Directory.Exists(_recipe["run", "tickets", "wild"]));
        Assert.True(File.Exists(_recipe["run", "tickets", "tame", "seed-1", "level-02.ticket"]));
    }

    // The loss of a step is that before its update: what a last update breaks shows in the weights and in what is measured after it.
    [Theory, InlineData(1), InlineData(8)]
    public void LastUpdatesThatBreakANet_AreMarked_AndTheOthersGoOn(int stack)
    {
        using var recipe = new WrittenRecipe(WrittenRecipe.Text("lottery-tickets", """
                net: "mlp:24-12"
                data: blobs
                train: {optimizer: sgd, lr: 0.05, batch: 50, iterations: 1, evaluate_every: 1, validation: 200, test_images: 200}
                cut: {linear: 40%, output: 20%, levels: 0..2}
            experiments:
              - {name: tame, branches: [{branch: reinit}]}
              - {name: big, train: {lr: 1e30}}
              - {name: huge, train: {lr: 1e39}, branches: [{branch: reinit}]}
              - {name: augmented, train: {lr: 1e39, augment: true}}
              - {name: gradual, train: {lr: 1e39, iterations: 2}, cut: {at: training, pace: {cuts: 1}}}
              - {name: pattern, train: {lr: 1e39}, cut: {pattern: "2:4", at: training, levels: [1]}}
              - {name: popup, train: {lr: 1e39}, cut: {at: scores, levels: [30]}}
              - {name: learned, train: {lr: 1e39}, cut: {at: scores, levels: [1], supermask: {rule: learned}}}
              - {name: taken, tickets_of: huge}
            """));
        var (code, _, error) = Tool.Run(recipe.Command("run", "--quiet", "--stack", $"{stack}"));
        Assert.True(code == 0, error);
        Assert.DoesNotContain("cut nothing", error, StringComparison.Ordinal);
        var metrics = RecordJson.ReadRecord(recipe["run"]).Metrics;
        string[] broken = ["big/ticket 0", "big/ticket 2", "huge/ticket 0", "huge/ticket 1", "huge/reinit 1", "augmented/ticket 0", "gradual/ticket 1", "pattern/ticket 1", "popup/ticket 30", "learned/ticket 1", "taken/ticket 1"];
        Assert.All(broken, c => Assert.Equal((1.0, false), (metrics[c + ".failed"].Value, metrics.Keys.Any(k => k.StartsWith(c + ".", StringComparison.Ordinal) && k.Contains("accuracy", StringComparison.Ordinal)))));
        Assert.All(["tame/ticket 0", "tame/ticket 2", "tame/reinit 2", "taken/ticket 0"], c => Assert.Equal((0.0, true), (metrics[c + ".failed"].Value, metrics.ContainsKey(c + ".final_accuracy"))));
    }

    public void Dispose() => _recipe.Dispose();
}
