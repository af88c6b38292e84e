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
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Experiments;

public sealed class TicketStartTests : IDisposable
{
    private static readonly StudySources Sources = new(ImageSetSearch.From(null));
    private readonly TemporaryFolder _folder = new();

    // A ticket file has no values at pruned places, and moved masks keep some of those.
    [Theory, InlineData(0), InlineData(5)]
    public void ShuffledMasks_KeepTheDenseNetsValuesOfStepK(int k)
    {
        Libtorch.Load();
        var experiment = new TicketExperiment(
            "own", "mlp:12", "blobs", "glorot-normal", new TicketTraining("sgd", 0.05, 50, 20, 10) { Validation = 200, TestImages = 200 },
            new TicketCutting(new MaskCutOptions { Rates = new MaskRates(0.5) }, "large-final", [0, 1], Once: false), new TicketRewinding(k, RewindKind.Weights), null, []);
        var study = new TicketStudy([experiment]);
        using var trainings = new TicketTrainings(study, _folder["state"], Sources, CPU);
        trainings.Run(new TicketJob("own", TicketExperiment.Ticket, 0, 7, 0).ToJson(), _ => { }, TestContext.Current.CancellationToken);

        using var scope = NewDisposeScope();
        using var materials = new StudyMaterials(Sources, CPU);
        var architecture = materials.Of(experiment).Architecture("mlp:12");
        var store = new TicketStore(_folder["state"]);
        using var dense = architecture.Initialise("glorot-normal", 7, CPU);
        if (k > 0)
        {
            using var early = TicketSnapshot.Read(store.Early("own", 7), dense);
            early.CopyTo(dense);
        }

        var begun = new TicketStart(store, study, architecture, CPU).Of(experiment, new TicketJob("own", "shuffle-layerwise", 1, 7, 0));
        using var net = begun.Net;
        Assert.Equal(k, begun.FirstStep);
        foreach (var name in begun.Masks.Names)
        {
            var (values, expected) = (MaskTensors.Floats(net.Parameters[name]), MaskTensors.Floats(dense.Parameters[name]));
            Assert.All(begun.Masks[name].KeptIndices().ToArray(), i => Assert.Equal(expected[i], values[i]));
        }
    }

    // The same training written out, held to the reference in RewindingGoldenTests: whatever is taken back, steps keep their numbers and batches.
    [Theory, InlineData(RewindKind.Weights), InlineData(RewindKind.LearningRate), InlineData(RewindKind.FineTune)]
    public void PrunedNets_GetTheStepsAfterK(RewindKind kind)
    {
        Libtorch.Load();
        const int k = 12;
        var experiment = new TicketExperiment(
            "own", "mlp:12", "blobs", "glorot-normal", new TicketTraining("sgd", 0.05, 50, 20, 10) { Validation = 200, TestImages = 200, Drops = [16] },
            new TicketCutting(new MaskCutOptions { Rates = new MaskRates(0.5) }, "large-final", [0, 1], Once: false), new TicketRewinding(k, kind), null, []);
        using var trainings = new TicketTrainings(new TicketStudy([experiment]), _folder["state"], Sources, CPU);
        TicketOutcome[] levels = [.. Enumerable.Range(0, 2).Select(level => TicketOutcome.FromJson(
            trainings.Run(new TicketJob("own", TicketExperiment.Ticket, level, 7, 0).ToJson(), _ => { }, TestContext.Current.CancellationToken), "test"))];

        using var scope = NewDisposeScope();
        var data = StudyData.Load("blobs", ImageSetSearch.From(null), experiment.Training);
        var store = new TicketStore(_folder["state"]);
        var ticket = TicketFile.Read(store.Ticket("own", 7, 1));
        using var net = new VisionTicketNet(TicketNets.Rebuild(ticket, CPU));
        if (Rewinding.KeepsTrained(kind))
        {
            using var trained = TicketSnapshot.Read(store.Trained("own", 7, 0), net);
            trained.CopyTo(net);
        }

        var options = Rewinding.After(kind, k, experiment.Training.Options());
        Assert.Equal((k, 20), (options.FirstStep, options.LastStep));
        Assert.Equal(kind == RewindKind.FineTune ? 0.005 : 0.05, options.Schedule.At(k), 1e-12);
        using var batches = new ImageBatches(data.Train, CPU, 50, data.Statistics, 7);
        using var test = new ImageBatches(data.Test, CPU, 200, data.Statistics, 0);
        using var result = new MaskedTrainer(net, step => batches.Train(step), options, MaskTensors.Of(ticket.Masks, CPU)) { Test = EvaluationSet.Of(test) }
            .Run(null, TestContext.Current.CancellationToken);
        Assert.Equal(result.Members[0].Points[^1].TestLoss, levels[1].Metrics[TicketMetrics.FinalLoss], 1e-6);

        // A net with new values has nothing to go on from.
        var reinit = TicketStart.Training(experiment, new TicketJob("own", "reinit", 1, 7, 0));
        Assert.Equal((0, 20, 0.05), (reinit.FirstStep, reinit.LastStep, reinit.Schedule.At(k)));
    }

    // Blobs have four classes, spirals two: the layer of the logits is the target's own, by its own law, and whole; all else is the ticket's.
    [Theory]
    [InlineData(0, RewindKind.Weights, "ticket")]
    [InlineData(5, RewindKind.Weights, "ticket")]
    [InlineData(0, RewindKind.Weights, "shuffle-layerwise")]
    [InlineData(5, RewindKind.Weights, "data-order")]
    [InlineData(5, RewindKind.LearningRate, "ticket")]
    public void TicketsForOtherClasses_HaveALayerOfLogitsOfTheirOwn(int k, RewindKind kind, string branch)
    {
        Libtorch.Load();
        var own = new TicketExperiment(
            "own", "mlp:12", "blobs", "glorot-normal", new TicketTraining("sgd", 0.05, 50, 20, 10) { Validation = 200, TestImages = 200 },
            new TicketCutting(new MaskCutOptions { Rates = new MaskRates(0.5) }, "large-final", [0, 1], Once: false), new TicketRewinding(k, kind), null, []);
        var moved = own with { Name = "moved", Data = "spirals", Initialisation = "kaiming-normal", TicketsOf = "own", Branches = branch == TicketExperiment.Ticket ? [] : [new(branch, 1, null)] };
        var study = new TicketStudy([own, moved]);
        study.Validate("mine.yaml");
        using var trainings = new TicketTrainings(study, _folder["state"], Sources, CPU);
        trainings.Run(new TicketJob("own", TicketExperiment.Ticket, 0, 7, 0).ToJson(), _ => { }, TestContext.Current.CancellationToken);

        using var scope = NewDisposeScope();
        using var materials = new StudyMaterials(Sources, CPU);
        var (architecture, origin) = (materials.Of(moved).Architecture("mlp:12"), materials.Of(own).Architecture("mlp:12"));
        var store = new TicketStore(_folder["state"]);
        var ticket = TicketFile.Read(store.Ticket("own", 7, 1));
        using var found = TicketNets.Rebuild(ticket, origin, CPU);
        if (kind == RewindKind.LearningRate)
        {
            using var trained = TicketSnapshot.Read(store.Trained("own", 7, 0), found);
            trained.CopyTo(found);
        }

        var begun = new TicketStart(store, study, architecture, CPU).Of(moved, new TicketJob("moved", branch, 1, 7, 0));
        using var net = begun.Net;
        var drawn = architecture.Draw("kaiming-normal", 7);
        Assert.Equal((2 * 12, 2L * 12), (begun.Masks["fc2.weight"].Kept, net.Parameters["fc2.weight"].numel()));
        Assert.Equal(drawn["fc2.weight"], MaskTensors.Floats(net.Parameters["fc2.weight"]));
        Assert.Equal(drawn["fc2.bias"], MaskTensors.Floats(net.Parameters["fc2.bias"]));
        Assert.Equal(256 * 12 / 2, begun.Masks["fc1.weight"].Kept);
        if (branch != "shuffle-layerwise")
        {
            Assert.Equal(ticket.Masks["fc1.weight"].KeptIndices().ToArray(), begun.Masks["fc1.weight"].KeptIndices().ToArray());
            Assert.Equal(MaskTensors.Floats(found.Parameters["fc1.weight"]), MaskTensors.Floats(net.Parameters["fc1.weight"]));
            Assert.Equal(MaskTensors.Floats(found.Parameters["fc1.bias"]), MaskTensors.Floats(net.Parameters["fc1.bias"]));
        }

        // It trains as any other.
        var outcome = TicketOutcome.FromJson(trainings.Run(new TicketJob("moved", branch == "data-order" ? TicketExperiment.Ticket : branch, 1, 7, 0).ToJson(), _ => { }, TestContext.Current.CancellationToken), "test");
        Assert.Equal((0.0, (256.0 * 12 / 2) + 24), (outcome.Metrics[TicketMetrics.Failed], outcome.Metrics[TicketMetrics.Kept]));
    }

    public void Dispose() => _folder.Dispose();
}
