using Prunus.Lottery;
using Prunus.Lottery.Experiments;
using Prunus.Lottery.Experiments.Trainers;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Tests.Lottery.Training;
using Prunus.Tests.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Experiments.Trainers;

public sealed class GradualTrainingTests : IDisposable
{
    private static readonly MaskedTrainingOptions Whole = SmallTrainings.Options with { EvaluateAt = [], SnapshotAt = [] };
    private readonly TemporaryFolder _folder = new();

    public GradualTrainingTests() => Libtorch.Load();

    // In parts, each with the state of the one before: what is trained is one training, with its schedule, momentum and evaluations.
    [Fact]
    public void Without_cuts_it_is_the_whole_training()
    {
        using var scope = NewDisposeScope();
        using VisionTicketNet whole = new(SmallTrainings.Nets(1)[0]), parts = new(SmallTrainings.Nets(1)[0]);
        var expected = Trainer(whole, Whole, MaskSet.Full(whole.Tensors), null).Run(null, TestContext.Current.CancellationToken);
        var (result, masks) = Gradual(parts, 0, []);
        Assert.Equal(1, masks.Density);
        Assert.Equal(expected.Members[0].TrainingLosses, result.Members[0].TrainingLosses);
        Assert.Equal(expected.Members[0].Points, result.Members[0].Points);
        Assert.Equal(SmallTrainings.Bytes(whole.Parameters), SmallTrainings.Bytes(parts.Parameters));
    }

    // As on a GPU, where states of short trainings aren't worth it.
    [Fact]
    public void Without_a_folder_of_states_it_is_the_same()
    {
        using var scope = NewDisposeScope();
        using VisionTicketNet kept = new(SmallTrainings.Nets(1)[0]), free = new(SmallTrainings.Nets(1)[0]);
        var (expected, masks) = Gradual(kept, 0.5, []);
        var (result, found) = Gradual(free, 0.5, [], work: null);
        Assert.Equal(expected.Members[0].TrainingLosses, result.Members[0].TrainingLosses);
        Assert.All(masks.Names, n => Assert.Equal(masks[n], found[n]));
        Assert.Equal(SmallTrainings.Bytes(kept.Parameters), SmallTrainings.Bytes(free.Parameters));
    }

    // 27 and 90 weights: the cubic's counts, by hand at one half of the way: 1 - 7/8 · sparsity.
    [Fact]
    public void Weights_go_by_the_cubic_lowest_first_and_stay_gone()
    {
        using var scope = NewDisposeScope();
        using VisionTicketNet net = new(SmallTrainings.Nets(1)[0]);
        var parts = new List<MaskSet>();
        var (_, masks) = Gradual(net, 0.5, parts);
        Assert.Equal(5, parts.Count);
        var fc = net.Tensors.First(t => t.Name == "fc.weight").ElementCount;
        Assert.Equal((fc, fc - (long)(fc * 0.5 * 7 / 8), fc - (long)(fc * 0.5)), (parts[0]["fc.weight"].Kept, parts[2]["fc.weight"].Kept, masks["fc.weight"].Kept));
        foreach (var (before, after) in parts.Zip(parts.Skip(1)))
        {
            Assert.All(before.Names, n => Assert.All(after[n].KeptIndices().ToArray(), i => Assert.True(before[n][i])));
        }

        var values = MaskTensors.Floats(net.Parameters["fc.weight"]);
        Assert.All(values.Index(), v => Assert.Equal(masks["fc.weight"][v.Index], v.Item != 0));
    }

    [Fact]
    public void Cancelled_it_goes_on_to_the_same_bytes()
    {
        using var scope = NewDisposeScope();
        using VisionTicketNet whole = new(SmallTrainings.Nets(1)[0]), again = new(SmallTrainings.Nets(1)[0]);
        var (expected, masks) = Gradual(whole, 0.5, []);
        using var stop = new CancellationTokenSource();
        using (VisionTicketNet stopped = new(SmallTrainings.Nets(1)[0]))
        {
            Assert.ThrowsAny<OperationCanceledException>(() => Gradual(stopped, 0.5, [], "killed", stop, 3));
        }

        var (result, found) = Gradual(again, 0.5, [], "killed");
        Assert.Equal(expected.Members[0].TrainingLosses, result.Members[0].TrainingLosses);
        Assert.All(masks.Names, n => Assert.Equal(masks[n], found[n]));
        Assert.Equal(SmallTrainings.Bytes(whole.Parameters), SmallTrainings.Bytes(again.Parameters));
    }

    public void Dispose() => _folder.Dispose();

    private (MaskedTrainingResult Result, MaskSet Masks) Gradual(
        VisionTicketNet net, double rate, List<MaskSet> parts, string? work = "work", CancellationTokenSource? stop = null, int stopAt = 0)
    {
        var experiment = new TicketExperiment(
            "g", "small", "none", "none", new TicketTraining("sgd", 0.05, 12, Whole.LastStep, Whole.EvaluateEvery),
            new TicketCutting(new MaskCutOptions { Rates = new MaskRates(rate) }, "large-final", [0, 1], Once: true) { At = TicketMoment.Training, Pace = new TicketPace(0, 0.7, 4) },
            new TicketRewinding(0, RewindKind.Weights), null, []);
        return new GradualTraining(new TicketJob("g", TicketExperiment.Ticket, 1, 1, 0), experiment, new TicketBeginning(new VisionTicketArchitecture(net.Net.Config), net, MaskSet.Full(net.Tensors), 0, Whole.LastStep))
            .Run(Whole with { CheckpointFolder = work is null ? null : _folder[work] }, (part, masks, state) =>
            {
                parts.Add(masks);
                if (parts.Count == stopAt)
                {
                    stop!.Cancel();
                }

                return Trainer(net, part, masks, state).Run(null, stop?.Token ?? default);
            });
    }

    private static MaskedTrainer Trainer(VisionTicketNet net, MaskedTrainingOptions options, MaskSet masks, OptimiserState? state) =>
        new(net, SmallTrainings.Batch, options, MaskTensors.Of(masks, CPU)) { Validation = SmallTrainings.Validation, Test = SmallTrainings.Test, State = state };
}
