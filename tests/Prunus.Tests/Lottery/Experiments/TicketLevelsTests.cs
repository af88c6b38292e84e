using Prunus.Runs;
using Prunus.Tests.Cli;
using Prunus.Tests.Recipes;

namespace Prunus.Tests.Lottery.Experiments;

public sealed class TicketLevelsTests
{
    [Fact]
    public void TicketsThatAreNotTrainedAgain_HaveNoCell_AndTheRunEndsWithoutThem()
    {
        using var recipe = new WrittenRecipe(WrittenRecipe.Text("lottery-tickets", """
                net: "mlp:24-12"
                data: blobs
                train: {optimizer: sgd, lr: 0.05, batch: 50, iterations: 20, evaluate_every: 10, validation: 200, test_images: 200}
                cut: {linear: 40%, output: 20%}
            experiments:
              - {name: once, cut: {criterion: large-final, once: true, levels: [1, 2, 3]}, ticket_levels: [2], branches: [{branch: mask-only, levels: [1, 2, 3]}]}
            """));
        var (code, _, error) = Tool.Run(recipe.Command("run", "--quiet"));
        Assert.Equal((0, ""), (code, error));
        var cells = RecordJson.ReadRecord(recipe["run"]).Metrics.Keys.Select(k => k[..k.IndexOf('.', StringComparison.Ordinal)]).Distinct();
        Assert.Equal(["once/ticket 2", "once/mask-only 1", "once/mask-only 2", "once/mask-only 3"], cells);
    }
}
