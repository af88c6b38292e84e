using Prunus.Lottery.Experiments;
using Prunus.Lottery.Experiments.Measures;

namespace Prunus.Tests.Lottery.Experiments.Measures;

public sealed class BesideDenseTests
{
    private static readonly Dictionary<string, double> Dense = new() { ["early_iteration"] = 300, ["early_accuracy"] = 0.5, ["final_accuracy"] = 0.75, ["early_loss"] = 2 };

    [Fact]
    public void By_hand()
    {
        var metrics = new Dictionary<string, double> { ["early_iteration"] = 200, ["early_accuracy"] = 0.625, ["final_accuracy"] = 0.5, ["early_loss"] = 1.5 };
        var found = BesideDense.Added(metrics, Dense, losses: false);
        Assert.Equal((0.125, -0.25, 1.5), (found["early_accuracy_beside_dense"], found["final_accuracy_beside_dense"], found["sooner"]));
        Assert.Equal(metrics.Count + 3, found.Count);
        Assert.Equal(-0.5, BesideDense.Added(metrics, Dense, losses: true)["early_loss_beside_dense"]);
    }

    // A training that failed has no accuracies, one that is best untrained no quotient, the dense net nothing to be beside.
    [Fact]
    public void What_cannot_be_said_is_not()
    {
        Assert.Equal(["failed"], BesideDense.Added(new Dictionary<string, double> { ["failed"] = 1 }, Dense, losses: true).Keys);
        Assert.Equal(["early_iteration"], BesideDense.Added(new Dictionary<string, double> { ["early_iteration"] = 0 }, Dense, losses: false).Keys);
        Assert.DoesNotContain("sooner", BesideDense.Added(new Dictionary<string, double> { ["early_iteration"] = 10, ["dead_axes"] = 1 }, Dense, losses: false).Keys);
        Assert.Equal(Dense.Keys, BesideDense.Added(Dense, null, losses: true).Keys);
    }

    [Fact]
    public void Replicates_leave_their_mean_and_their_least_and_most()
    {
        var experiment = TicketFaultsTests.Own with { Branches = [new TicketBranch("reinit", 3, [1])] };
        var outcomes = new Dictionary<TicketJob, TicketOutcome> { [new(experiment.Name, "ticket", 0, 1, 0)] = new(Dense, []) };
        foreach (var level in (int[])[1, 2])
        {
            outcomes[new(experiment.Name, "ticket", level, 1, 0)] = new(Dense, []);
        }

        foreach (var (replicate, accuracy) in ((double[])[0.25, 0.5, 0.625]).Index())
        {
            outcomes[new(experiment.Name, "reinit", 1, 1, replicate)] = new(new Dictionary<string, double> { ["early_accuracy"] = accuracy }, []);
        }

        using var folder = new Runs.TemporaryFolder();
        var cells = TicketSummary.Of(new TicketStudy([experiment with { TicketsOf = "another" }]), [1], outcomes, folder.Path).ToDictionary(c => c.Cell);
        var reinit = cells[experiment.Name + "/reinit 1"];
        Assert.Equal((1.375 / 3, 0.25, 0.625), (reinit.Metrics["early_accuracy"], reinit.Least["early_accuracy"], reinit.Most["early_accuracy"]));
        Assert.Equal((-0.25, 0.125), (reinit.Least["early_accuracy_beside_dense"], reinit.Most["early_accuracy_beside_dense"]));
        Assert.Equal(0, cells[experiment.Name + "/ticket 2"].Metrics["early_accuracy_beside_dense"]);
        Assert.Empty(cells[experiment.Name + "/ticket 2"].Least);
        Assert.DoesNotContain("sooner", cells[experiment.Name + "/ticket 0"].Metrics.Keys);
    }
}
