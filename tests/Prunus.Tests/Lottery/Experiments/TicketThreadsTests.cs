using Prunus.Datasets.Images;
using Prunus.Lottery.Experiments;
using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Tests.Runs;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Experiments;

/// <summary>Threads that share what is loaded, as they do on a GPU.</summary>
public sealed class TicketThreadsTests
{
    private static readonly StudySources Sources = new(ImageSetSearch.From(null));

    [Fact]
    public void Threads_GetOneMaterial()
    {
        Libtorch.Load();
        using var materials = new StudyMaterials(Sources, CPU);
        var experiment = Experiment("own", "lenet-5");
        var found = new IStudyMaterial[4];
        Parallel.For(0, found.Length, i => found[i] = materials.Of(experiment));
        Assert.Single(found.Distinct());
        var images = (StudyImages)found[0];
        var steps = new Tensor[4];
        Parallel.For(0, steps.Length, i => steps[i] = images.Steps(10 + i, [7]).Inputs);
        Assert.Single(steps.Distinct());
    }

    // Written-out steps, autograd over images that are varied, and scores.
    [Fact]
    public void Threads_OfOneWorker_GiveWhatTheyGiveOneAfterAnother()
    {
        var convolutions = Experiment("conv", "lenet-5");
        var study = new TicketStudy([Experiment("mlp", "mlp:20"), convolutions with { Training = convolutions.Training with { Augment = true } },
            convolutions with { Name = "scores", Cutting = new(new MaskCutOptions(), "large-final", [30], Once: true) { At = TicketMoment.Scores } }]);
        var apart = Outcomes(study, 1);
        Assert.Equal(apart, Outcomes(study, 3));
    }

    private static List<string> Outcomes(TicketStudy study, int threads)
    {
        Libtorch.Load();
        using var folder = new TemporaryFolder();
        using var trainings = new TicketTrainings(study, folder["state"], Sources, CPU);
        var found = new List<string>();
        foreach (var wave in TicketWaves.Of(study, [1, 2]))
        {
            found.AddRange(TicketStack.Of(study, wave, _ => 1, 1).AsParallel().AsOrdered().WithDegreeOfParallelism(threads)
                .Select(stack => stack.Id + trainings.Run(stack.ToJson(), _ => { }, TestContext.Current.CancellationToken).ToJsonString()).ToList());
        }

        return found;
    }

    private static TicketExperiment Experiment(string name, string net) => new(
        name, net, "blobs", "glorot-normal", new TicketTraining("sgd", 0.02, 20, 12, 4) { Validation = 100, TestImages = 100, Images = 400 },
        new TicketCutting(new MaskCutOptions(), "large-final", [0, 1], false), new TicketRewinding(0, RewindKind.Weights), null, []);
}
