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

    public void Dispose() => _recipe.Dispose();
}
