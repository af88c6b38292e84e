using Prunus.Batches;
using Prunus.Datasets.Images;
using Prunus.Lottery;
using Prunus.Lottery.Experiments;
using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Experiments.Measures;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Supermasks;
using Prunus.Lottery.Tickets;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Tests.Runs;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Experiments;

public sealed class SupermaskStudyTests : IDisposable
{
    private static readonly TicketExperiment Popup = new(
        "popup", "mlp:24", "blobs", "signed-constant", new TicketTraining("sgd", 0.1, 50, 40, 20) { Validation = 200, TestImages = 200, Cosine = true },
        new TicketCutting(new MaskCutOptions { Rates = new MaskRates(0.5) }, "large-final", [30], Once: true) { At = TicketMoment.Scores }, new TicketRewinding(0, RewindKind.Weights), null, []);

    private static readonly ImageSetSearch Search = ImageSetSearch.From(null);
    private readonly TemporaryFolder _folder = new();

    // Seed, law and mask alone give the accuracy back.
    [Fact]
    public void TheTicketIsTheUntrainedNet()
    {
        Libtorch.Load();
        using var trainings = new TicketTrainings(new TicketStudy([Popup]), _folder["state"], new StudySources(Search), CPU);
        var job = new TicketJob("popup", TicketExperiment.Ticket, 30, 7, 0);
        var stack = new TicketStack([job]);
        var outcome = Assert.Single(stack.Read(trainings.Run(stack.ToJson(), _ => { }, TestContext.Current.CancellationToken), "test").Outcomes);
        using var net = new VisionTicketNet(TicketNets.Rebuild(TicketFile.Read(new TicketStore(_folder["state"]).Ticket("popup", 7, 30)), CPU));
        using var test = new ImageBatches(StudyData.Load("blobs", Search, Popup.Training).Test, CPU, 200, StudyData.Load("blobs", Search, Popup.Training).Statistics, 0);
        using var measured = MemberLosses.Evaluate(net, EvaluationSet.Of(test));
        Assert.Equal(outcome.Metrics[TicketMetrics.FinalLoss], measured.data<double>()[0], 1e-6);
        Assert.Equal(30, outcome.Metrics[TicketMetrics.Pm], 0.1);
        Assert.True(outcome.Metrics[TicketMetrics.FinalAccuracy] > 0.5);
    }

    [Fact]
    public void LevelsAboveAllWeights_AreRefused() => Assert.Contains(
        "popup has level 130, and levels are percentages of weights used here; list levels from 1 to 100",
        Assert.Throws<PrunusInputException>(() => new TicketStudy([Popup with { Cutting = Popup.Cutting with { Levels = [130] } }]).Validate("mine.yaml")).Message, StringComparison.Ordinal);

    [Fact]
    public void EachLevelHasItsShare_AndLearnedMasksHaveNone()
    {
        Assert.Equal(0.3, Assert.IsType<EdgePopup>(Popup.Cutting.SupermaskAt(30)).Keep);
        Assert.IsType<BernoulliMasks>((Popup.Cutting with { Supermask = new BernoulliMasks() }).SupermaskAt(30));
    }

    public void Dispose() => _folder.Dispose();
}
