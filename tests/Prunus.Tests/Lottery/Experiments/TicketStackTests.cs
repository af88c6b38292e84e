using System.Text.Json.Nodes;
using Prunus.Datasets.Images;
using Prunus.Lottery.Experiments;
using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Experiments.Measures;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Tests.Runs;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Experiments;

/// <summary>Which trainings go together, and that together they give what they give apart.</summary>
public sealed class TicketStackTests
{
    [Fact]
    public void StacksAreOfEqualSettings()
    {
        var own = Experiment("own", "lenet-300-100") with { Branches = [new("reinit", 2, null)] };
        var study = new TicketStudy([own, own with { Name = "shot", Cutting = own.Cutting with { Once = true } }, own with { Name = "slow", Training = own.Training with { LearningRate = 1e-4 } },
            own with { Name = "late", Branches = [], Rewinding = new TicketRewinding(5, RewindKind.Weights) }]);
        var waves = TicketWaves.Of(study, [7, 8]);
        var stacks = TicketStack.Of(study, waves[1], _ => 64, 1);
        Assert.Equal([12, 6, 2], stacks.Select(s => s.Members.Count));
        Assert.Equal(["late"], stacks[2].Members.Select(m => m.Experiment).Distinct());
        Assert.Equal(waves[1].Order(ById), stacks.SelectMany(s => s.Members).Order(ById));
        Assert.Equal([5, 5, 2, 5, 1, 2], TicketStack.Of(study, waves[1], _ => 5, 1).Select(s => s.Members.Count));
        Assert.Equal([6, 6, 3, 3, 1, 1], TicketStack.Of(study, waves[1], _ => 64, 2).Select(s => s.Members.Count));
        Assert.Equal(waves[1].Select(j => j.Id).Order(StringComparer.Ordinal), TicketStack.Of(study, waves[1], _ => 1, 1).Select(s => s.Id).Order(StringComparer.Ordinal));
        Assert.Equal(stacks[0].Members, TicketStack.FromJson(JsonNode.Parse(stacks[0].ToJson().ToJsonString())!.AsObject()).Members);
        Assert.Equal(stacks.Count, stacks.Select(s => s.Id).Distinct().Count());
    }

    [Theory]
    [InlineData("lenet-5", 1)]
    [InlineData("mlp:20", 64)]
    public void DenseNetsOfOneTraining_AreTrainedOnce_AndGiveEachExperimentWhatItGetsAlone(string net, int most)
    {
        var own = Experiment("own", net);
        TicketExperiment[] experiments = [own, own with { Name = "late", Branches = [new("reinit", 1, null)], Rewinding = new TicketRewinding(5, RewindKind.Weights) },
            own with { Name = "shot", Cutting = own.Cutting with { Once = true } }, own with { Name = "slow", Training = own.Training with { LearningRate = 1e-4 } }];
        var study = new TicketStudy(experiments);
        Assert.Equal([3, 3, 1, 1], TicketStack.Of(study, TicketWaves.Of(study, [7, 8])[0], _ => 1, 1).Select(s => s.Members.Count));
        var together = Outcomes(study, most);
        foreach (var (job, expected) in experiments.SelectMany(e => Outcomes(new TicketStudy([e]), most)))
        {
            Assert.Equal(expected.Metrics.OrderBy(m => m.Key, StringComparer.Ordinal), together[job].Metrics.OrderBy(m => m.Key, StringComparer.Ordinal));
            Assert.Equal(expected.Curve, together[job].Curve);
        }
    }

    [Fact]
    public void ResultsOfAnotherCount_AreRefused()
    {
        var stack = new TicketStack([new("own", "ticket", 0, 1, 0), new("own", "ticket", 0, 2, 0)]);
        var outcome = new TicketOutcome(new Dictionary<string, double> { ["pm"] = 100 }, [(10, 0.5)]);
        var (outcomes, warning) = stack.Read(TicketStack.Result([outcome, outcome], "slow"), "a.json");
        Assert.Equal((2, "slow"), (outcomes.Count, warning));
        Assert.StartsWith("a.json: has outcomes of 1 trainings, not 2", Assert.Throws<PrunusInputException>(() => stack.Read(outcome.ToJson(), "a.json")).Message, StringComparison.Ordinal);
    }

    // Three seeds with a branch each, dense nets and one level, rewound to step 3; once with images varied, once with statistics of batches.
    [Theory]
    [InlineData("lenet-5", true)]
    [InlineData("mlp:20", false)]
    public void Together_TrainingsGiveWhatTheyGiveApart(string net, bool augment)
    {
        var own = Experiment("own", net);
        own = own with { Branches = [new("reinit", 1, null), new("shuffle-layerwise", 1, null), new("mask-only", 1, null)], Training = own.Training with { Augment = augment }, Rewinding = new TicketRewinding(3, RewindKind.Weights) };
        var study = new TicketStudy([own]);
        var (apart, together) = (Outcomes(study, 1), Outcomes(study, 64));
        Assert.Equal(15, apart.Count);
        foreach (var (job, expected) in apart)
        {
            Assert.Equal(expected.Metrics.Keys.Order(), together[job].Metrics.Keys.Order());
            Assert.All(expected.Metrics, m => Assert.Equal(m.Value, together[job].Metrics[m.Key], m.Key is TicketMetrics.FinalLoss or TicketMetrics.EarlyLoss or TicketMetrics.DenseDistance or TicketMetrics.DenseAngle ? 1e-4 : 1e-9));
            Assert.Equal(expected.Curve.Select(p => p.Step), together[job].Curve.Select(p => p.Step));
            Assert.All(expected.Curve.Zip(together[job].Curve), p => Assert.Equal(p.First.Loss, p.Second.Loss, 1e-4));
        }
    }

    [Fact]
    public void Together_HeldWeightsAreHeldAsApart_AndStackedByThemselves()
    {
        var own = Experiment("own", "lenet-5");
        own = own with { Cutting = own.Cutting with { Once = true }, Branches = [new("pruned-freeze-init", 1, null), new("pruned-freeze-init-zero-all", 1, null), new("reinit", 1, null)] };
        var study = new TicketStudy([own]);
        Assert.Equal([2, 2], TicketStack.Of(study, TicketWaves.Of(study, [7])[1], _ => 64, 1).Select(s => s.Members.Count).OrderDescending());
        var (apart, together) = (Outcomes(study, 1), Outcomes(study, 64));
        Assert.All(apart, o => Assert.Equal(o.Value.Metrics[TicketMetrics.FinalLoss], together[o.Key].Metrics[TicketMetrics.FinalLoss], 1e-4));

        // Held weights take part: other losses than the ticket's, and no units to be called dead.
        var (ticket, held) = (apart.First(o => o.Key is { Branch: "ticket", Level: > 0 }).Value, apart.First(o => o.Key.Branch == "pruned-freeze-init").Value);
        Assert.NotEqual(ticket.Metrics[TicketMetrics.FinalLoss], held.Metrics[TicketMetrics.FinalLoss], 1e-3);
        Assert.Equal((true, false), (ticket.Metrics.ContainsKey(TicketMetrics.DeadUnits), held.Metrics.ContainsKey(TicketMetrics.DeadUnits)));
    }

    [Fact]
    public void StacksPay_WhereStepsAreWrittenOut()
    {
        string[] nets = ["lenet-300-100", "mlp:20", "lenet-5", "conv-2:16", "resnet-20", "vgg-19:16", "decoder:demo"];
        Assert.Equal([true, true, false, false, false, false, false], nets.Select(TicketStack.Pays));
    }

    // At this rate every training breaks down.
    [Fact]
    public void SearchThatBreaksDown_EndsAndCountsAsFailed_WhileOthersGoOn()
    {
        var good = Experiment("good", "mlp:20") with { Cutting = new(new MaskCutOptions(), "large-final", [0, 1, 2], false) };
        var bad = good with { Name = "bad", Training = good.Training with { LearningRate = 1e6 }, Branches = [new("reinit", 1, null)] };
        var study = new TicketStudy([good, bad, good with { Name = "moved", TicketsOf = "bad" }]);
        var outcomes = Outcomes(study, 64);
        Assert.All(outcomes.Where(o => o.Key.Experiment == "good" || (o.Key.Experiment == "moved" && o.Key.Level == 0)), o => Assert.Equal(0, o.Value.Metrics[TicketMetrics.Failed]));
        Assert.All(outcomes.Where(o => o.Key.Experiment == "bad" || (o.Key.Experiment == "moved" && o.Key.Level > 0)), o =>
        {
            Assert.Equal(1, o.Value.Metrics[TicketMetrics.Failed]);
            Assert.False(o.Value.Metrics.ContainsKey(TicketMetrics.EarlyAccuracy));
            Assert.Equal(outcomes[new TicketJob("good", "ticket", o.Key.Level, o.Key.Seed, 0)].Metrics[TicketMetrics.Pm], o.Value.Metrics[TicketMetrics.Pm], 1e-9);
        });
    }

    private static readonly Comparer<TicketJob> ById = Comparer<TicketJob>.Create((a, b) => string.CompareOrdinal(a.Id, b.Id));

    private static Dictionary<TicketJob, TicketOutcome> Outcomes(TicketStudy study, int most)
    {
        Libtorch.Load();
        using var folder = new TemporaryFolder();
        using var trainings = new TicketTrainings(study, folder["state"], new StudySources(ImageSetSearch.From(null)), CPU);
        var found = new Dictionary<TicketJob, TicketOutcome>();
        foreach (var stack in TicketWaves.Of(study, [1, 2, 3]).SelectMany(w => TicketStack.Of(study, w, _ => most, 1)))
        {
            var (outcomes, warning) = stack.Read(trainings.Run(stack.ToJson(), _ => { }, TestContext.Current.CancellationToken), stack.Id);
            Assert.Null(warning);
            foreach (var (job, outcome) in stack.Members.Zip(outcomes))
            {
                found.Add(job, outcome);
            }
        }

        Assert.Equal(study.Cells.Count * 3, TicketSummary.Of(study, [1, 2, 3], found, folder["state"]).Count());
        Assert.DoesNotContain(Directory.EnumerateFiles(folder["state"], "*", SearchOption.AllDirectories), f => f.Contains("work", StringComparison.Ordinal));
        return found;
    }

    private static TicketExperiment Experiment(string name, string net) => new(
        name, net, "blobs", "glorot-normal", new TicketTraining("sgd", 0.02, 20, 12, 4) { Validation = 100, TestImages = 100, Images = 400 },
        new TicketCutting(new MaskCutOptions(), "large-final", [0, 1], false), new TicketRewinding(0, RewindKind.Weights), null, []);
}
