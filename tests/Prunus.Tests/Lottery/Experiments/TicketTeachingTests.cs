using Prunus.Batches;
using Prunus.Datasets.Images;
using Prunus.Lottery;
using Prunus.Lottery.Experiments;
using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Experiments.Measures;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Tickets;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Tests.Runs;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Experiments;

public sealed class TicketTeachingTests : IDisposable
{
    private static readonly TicketExperiment Taught = new(
        "taught", "mlp:12", "blobs", "glorot-normal", new TicketTraining("sgd", 0.05, 50, 20, 10) { Validation = 200, TestImages = 200, Distil = new TicketTeaching(0.7, 3) },
        new TicketCutting(new MaskCutOptions { Rates = new MaskRates(0.5) }, "large-final", [0, 1], Once: false), new TicketRewinding(0, RewindKind.Weights), null, []);

    private static readonly ImageSetSearch Search = ImageSetSearch.From(null);
    private readonly TemporaryFolder _folder = new();

    // The same training written out: the ticket, taught by what the first training left.
    [Fact]
    public void TheDenseNetOfTheSeed_TeachesItsTickets()
    {
        Libtorch.Load();
        using var trainings = new TicketTrainings(new TicketStudy([Taught]), _folder["state"], new StudySources(Search), CPU);
        var dense = Run(trainings, 0);
        var level = Run(trainings, 1);

        using var scope = NewDisposeScope();
        var data = StudyData.Load("blobs", Search, Taught.Training);
        var store = new TicketStore(_folder["state"]);
        var ticket = TicketFile.Read(store.Ticket("taught", 7, 1));
        using var net = new VisionTicketNet(TicketNets.Rebuild(ticket, CPU));
        using var teacher = new VisionTicketNet(VisionNet.Initialise(net.Net.Config, VisionInitialisations.Named("glorot-normal"), 99, CPU));
        using var trained = TicketSnapshot.Read(store.Trained("taught", 7, 0), teacher);
        trained.CopyTo(teacher);
        using var batches = new ImageBatches(data.Train, CPU, 50, data.Statistics, 7);
        using var test = new ImageBatches(data.Test, CPU, 200, data.Statistics, 0);
        using var result = new MaskedTrainer(net, step => batches.Train(step), Taught.Training.Options() with { LastStep = 20 }, MaskTensors.Of(ticket.Masks, CPU))
        {
            Test = EvaluationSet.Of(test), Distillation = new TicketDistillation(teacher, 3, 0.7),
        }.Run(null, TestContext.Current.CancellationToken);
        Assert.Equal(result.Members[0].Points[^1].TestLoss, level.Metrics[TicketMetrics.FinalLoss], 1e-12);
        Assert.Equal(dense.Metrics[TicketMetrics.FinalLoss], MemberLosses.Evaluate(teacher, EvaluationSet.Of(test)).data<double>()[0], 1e-6);
    }

    [Fact]
    public void ATeacherIsWaitedFor()
    {
        var gradual = Taught with { Cutting = Taught.Cutting with { At = TicketMoment.Training, Once = true, Levels = [1] }, Branches = [new("reinit", 1, null)] };
        Assert.Equal(
            ["taught-ticket-level00-seed7-0", "taught-ticket-level01-seed7-0", "taught-reinit-level01-seed7-0"], TicketWaves.Of(new TicketStudy([gradual]), [7]).Select(w => Assert.Single(w).Id));
        Assert.Equal(2, TicketWaves.Of(new TicketStudy([gradual with { Training = gradual.Training with { Distil = null } }]), [7]).Count);
    }

    [Fact]
    public void WeightsAboveOne_AreRefused() => Assert.Equal(
        "mine.yaml, taught, distil: temperature 0 is not above 0, weight 1.5 is not in [0, 1]; correct these 2 values",
        Assert.Throws<PrunusInputException>(() => new TicketStudy([Taught with { Training = Taught.Training with { Distil = new TicketTeaching(1.5, 0) } }]).Validate("mine.yaml")).Message);

    public void Dispose() => _folder.Dispose();

    private static TicketOutcome Run(TicketTrainings trainings, int level) =>
        TicketOutcome.FromJson(trainings.Run(new TicketJob("taught", TicketExperiment.Ticket, level, 7, 0).ToJson(), _ => { }, TestContext.Current.CancellationToken), "test");
}
