using Prunus.Datasets.Images;
using Prunus.Lottery.Experiments;
using Prunus.Lottery.Masks;
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

    public void Dispose() => _folder.Dispose();
}
