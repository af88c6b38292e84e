using Prunus.Lottery.Experiments;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;

namespace Prunus.Tests.Lottery.Experiments;

public class TicketWavesTests
{
    [Fact]
    public void Waves_TrainWhatEarlierOnesMadePossible()
    {
        var own = Experiment("own", [0, 2], branches: [new("reinit", 2, null), new(TicketBranch.DataOrder, 1, [2])]);
        var shot = Experiment("shot", [0, 3], once: true);
        var other = Experiment("other", [0, 2], of: "own");
        var waves = TicketWaves.Of(new TicketStudy([own, shot, other]), [7]);
        Assert.Equal(
            [
                ["own-ticket-level00-seed7-0", "shot-ticket-level00-seed7-0", "other-ticket-level00-seed7-0"],
                ["own-ticket-level01-seed7-0", "shot-ticket-level03-seed7-0"],
                ["own-ticket-level02-seed7-0", "other-ticket-level02-seed7-0", "own-reinit-level02-seed7-0", "own-reinit-level02-seed7-1"],
                ["own-data-order-level02-seed7-0"],
            ],
            waves.Select(w => w.Select(j => j.Id).ToArray()).ToArray());
    }

    [Fact]
    public void TicketLevels_LeaveTicketsUntrained_NotTheirBranches()
    {
        var shot = Experiment("shot", [0, 1, 3], once: true, branches: [new("reinit", 1, null)]) with { TicketLevels = [3] };
        Assert.Equal(["shot/ticket 0", "shot/ticket 3", "shot/reinit 1", "shot/reinit 3"], shot.Cells().Select(c => c.Cell));
        Assert.Equal(
            ["shot-ticket-level00-seed7-0", "shot-ticket-level03-seed7-0", "shot-reinit-level01-seed7-0", "shot-reinit-level03-seed7-0"],
            TicketWaves.Of(new TicketStudy([shot]), [7]).SelectMany(w => w).Select(j => j.Id));
    }

    [Fact]
    public void Cells_AreNamedByBranchAndLevel() => Assert.Equal(
        ["own/ticket 0", "own/ticket 2", "own/reinit 2"], Experiment("own", [0, 2], branches: [new("reinit", 3, null)]).Cells().Select(c => c.Cell));

    [Fact]
    public void TicketsOfALaterExperiment_AreRefused()
    {
        var fault = Assert.Throws<PrunusInputException>(() => new TicketStudy([Experiment("b", [0], of: "a"), Experiment("a", [0])]).Validate("mine.yaml"));
        Assert.Equal("mine.yaml: b takes the tickets of 'a', which is no earlier experiment with own ones, found before or after training; list that one first", fault.Message);
    }

    [Fact]
    public void RewindingBehindTheEnd_IsRefused()
    {
        var fault = Assert.Throws<PrunusInputException>(() => new TicketStudy([Experiment("a", [0]) with { Rewinding = new TicketRewinding(100, RewindKind.Weights) }]).Validate("mine.yaml"));
        Assert.Equal("mine.yaml: a rewinds to step 100 of 100; rewind to a step inside the training", fault.Message);
    }

    private static TicketExperiment Experiment(string name, int[] levels, bool once = false, string? of = null, TicketBranch[]? branches = null) => new(
        name, "lenet-300-100", "fashion-tiny", "glorot-normal", new TicketTraining("adam", 1e-3, 10, 100, 10),
        new TicketCutting(new MaskCutOptions(), "large-final", levels, once), new TicketRewinding(0, RewindKind.Weights), of, branches ?? []);
}
