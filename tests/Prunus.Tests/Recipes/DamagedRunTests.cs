using Prunus.Tests.Cli;

namespace Prunus.Tests.Recipes;

/// <summary>Runs that are done and were damaged since.</summary>
public sealed class DamagedRunTests : IDisposable
{
    private readonly WrittenRecipe _recipe = new(WrittenRecipe.Text("lottery-tickets", """
            net: "mlp:4"
            data: blobs
            train: {optimizer: sgd, lr: 0.05, batch: 50, iterations: 12, evaluate_every: 2, validation: 100, test_images: 100}
            cut: {linear: 40%, output: 20%, levels: 0..1}
        experiments:
          - {name: own}
          - {name: gradual, cut: {at: training, pace: {to: 50%, cuts: 3}, levels: [1]}}
        """));

    [Fact]
    public void WhatIsLostOrDamaged_IsNamed_AndFreshDoesTheRunAgain()
    {
        Assert.Equal(0, Tool.Run(_recipe.Command("run")).Code);
        var (cells, tickets, marker) = (_recipe["run", "cells.json"], _recipe["run", "tickets"], _recipe["run", ".prunus", "stages", "cells.json"]);
        var kept = File.ReadAllText(cells);
        foreach (var text in (string[])["{", "[]", "{}", """{"cells":[{"variant":"own","seed":1,"result":{}}]}"""])
        {
            File.WriteAllText(cells, text);
            Refused($"{cells}: is damaged: the run's results cannot be read; put it back, or use --fresh to do the run again");
        }

        File.Delete(cells);
        Refused($"{cells}: is a result of this run, and not there any more; put it back, or use --fresh to do the run again");
        File.WriteAllText(cells, kept);
        Directory.Delete(tickets, recursive: true);
        Refused($"{tickets}: is a result of this run, and not there any more; put it back, or use --fresh to do the run again");
        File.WriteAllText(marker, "{");
        Refused($"{marker}: is damaged: it said that a stage is done; use --fresh, or delete it to do the stage again");
        Assert.Equal(0, Tool.Run(_recipe.Command("run", "--fresh")).Code);
        Assert.True(Directory.Exists(tickets));
        Assert.Equal(kept, File.ReadAllText(cells));

        void Refused(string line)
        {
            var (code, _, error) = Tool.Run(_recipe.Command("run", "--quiet"));
            Assert.Equal((2, "prunus: " + line + "\n"), (code, error));
        }
    }

    // The last of the weights go at step 6; before that the net is not the ticket.
    [Fact]
    public void EarlyStopOfWeightsThatGoDuringTraining_ComesOnceAllHaveGone()
    {
        Assert.Equal(0, Tool.Run(_recipe.Command("run")).Code);
        var metrics = Prunus.Runs.RecordJson.ReadRecord(_recipe["run"]).Metrics;
        Assert.InRange(metrics["gradual/ticket 1.early_iteration"].Value, 8, 12);
    }

    [Fact]
    public void RunWhoseTrainingsAllBreakDown_HasFailed()
    {
        using var wild = new WrittenRecipe(WrittenRecipe.Text("lottery-tickets", """
                net: "mlp:4"
                data: blobs
                train: {optimizer: sgd, lr: 1e30, batch: 50, iterations: 4, evaluate_every: 2, validation: 100, test_images: 100}
                cut: {levels: 0..1}
            experiments:
              - {name: own}
            """));
        var (code, _, error) = Tool.Run(wild.Command("run", "--quiet"));
        Assert.Equal(1, code);
        Assert.EndsWith("mine.yaml: every training broke down (a loss or weight was NaN or infinite); use a lower learning rate (lr)\n", error, StringComparison.Ordinal);
        Assert.True(File.Exists(wild["run", "record.json"]));
    }

    public void Dispose() => _recipe.Dispose();
}
