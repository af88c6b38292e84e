using Prunus.Lottery.Experiments;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;

namespace Prunus.Tests.Lottery.Experiments;

public class TicketFaultsTests
{
    internal static readonly TicketExperiment Own = new(
        "a", "conv-2", "cifar10", "glorot-normal", new TicketTraining("adam", 1e-3, 10, 100, 10),
        new TicketCutting(new MaskCutOptions(), "large-final", [0, 1, 2], Once: false), new TicketRewinding(5, RewindKind.Weights), null, []);

    [Fact]
    public void CriteriaWithGradients() =>
        Refused("mine.yaml: a cuts by 'snip', which looks at gradients before training; add 'at: initialisation', or use a criterion that looks at weights, such as large-final", Cut(c => c with { Criterion = "snip" }));

    [Fact]
    public void HeldWeights_NeedACutAtOnceFromTheDenseNet()
    {
        var held = Own with { Branches = [new("pruned-freeze-init", 1, null)] };
        const string fault = " has the branch pruned-freeze-init, which looks at the dense net's trained weights, and its masks are not cut from them at once; write 'once: true' in a 'cut' of its own, or leave out that branch";
        Refused("mine.yaml: a" + fault, held);
        Refused("mine.yaml: b" + fault, Own, held with { Name = "b", TicketsOf = "a" });
        new TicketStudy([held with { Cutting = Own.Cutting with { Once = true } }]).Validate("mine.yaml");
    }

    [Fact]
    public void RulesInACutAtOnce() => Refused(
        "mine.yaml: a cuts by 'large-init-large-final', which judges each layer as a whole and has no count; cut round by round and layer by layer without min_keep, or choose another criterion",
        Cut(c => c with { Criterion = "large-init-large-final", Once = true }));

    [Fact]
    public void RulesInOneRanking() => Refused(
        "mine.yaml: a cuts by 'large-final-same-sign-single', which judges each layer as a whole and has no count; cut round by round and layer by layer without min_keep, or choose another criterion",
        Cut(c => c with { Criterion = "large-final-same-sign-single", Options = new MaskCutOptions { Scope = MaskScope.Global } }));

    [Fact]
    public void MixedRatesInOneRanking() => Refused(
        "mine.yaml, a: pruning rates: one ranking over all layers has 2 rates (0.2, 0.1); give all kinds one rate, or 0 to leave a kind alone",
        Cut(c => c with { Options = new MaskCutOptions { Rates = new MaskRates(0.2, 0.2, 0.1), Scope = MaskScope.Global } }));

    [Fact]
    public void MixedRates_OfKindsThatTheNetLacks_AreFine() => new TicketStudy(
        [Cut(c => c with { Options = new MaskCutOptions { Rates = new MaskRates(0.5, 0.2, 0.1), Scope = MaskScope.GlobalHidden } }) with { Net = "lenet-300-100" }]).Validate("mine.yaml");

    [Fact]
    public void TicketsOfAnotherNet() =>
        Refused("mine.yaml: b takes the tickets of a, which are of conv-2, not of conv-4; use one net for both", Own, Own with { Name = "b", TicketsOf = "a", Net = "conv-4" });

    [Fact]
    public void TicketsOfOtherImages() => Refused(
        "mine.yaml: b takes the tickets of a, found on images of 3x32x32, and mnist/a has 1x28x28; write 'data: \"mnist/a@3x32x32\"'", Own, Own with { Name = "b", TicketsOf = "a", Data = "mnist/a" });

    [Fact]
    public void TicketsOfImagesBroughtToOneSize_OrOfOtherClasses_AreFine()
    {
        new TicketStudy([Own, Own with { Name = "b", TicketsOf = "a", Data = "mnist@3x32x32" }]).Validate("mine.yaml");
        var few = Own with { Data = "blobs@1x32x32", Training = Own.Training with { Validation = 200 } };
        new TicketStudy([few, few with { Name = "b", TicketsOf = "a", Data = "spirals@1x32x32" }]).Validate("mine.yaml");
    }

    [Fact]
    public void CutsOfNothing()
    {
        var nothing = Cut(c => c with { Options = new MaskCutOptions { Rates = new MaskRates(0) } });
        const string fault = "mine.yaml: a cuts no weight: the share of every layer that it has is 0; give 'linear' and 'convolution' of 'cut' shares above 0, or list level 0 alone";
        Refused(fault, nothing);
        Refused(fault, Cut(c => c with { Options = new MaskCutOptions { Rates = new MaskRates(0, 0, 0.1), Scope = MaskScope.GlobalHidden } }));
        new TicketStudy([nothing with { Cutting = nothing.Cutting with { Levels = [0] } }]).Validate("mine.yaml");
    }

    [Fact]
    public void MinimaBelow0() => Refused("mine.yaml, a: mask options: minimum to keep -1 is negative; correct it", Cut(c => c with { Options = new MaskCutOptions { MinimumKeep = -1 } }));

    [Fact]
    public void MinimaOfLearnedMasks() => Refused(
        "mine.yaml: a keeps a minimum of each layer, which learned masks cannot; leave out min_keep",
        Cut(c => c with { At = TicketMoment.Scores, Once = true, Options = new MaskCutOptions { MinimumKeep = 2 } }) with { Rewinding = new TicketRewinding(0, RewindKind.Weights) });

    [Fact]
    public void BranchesAtNoLevel() => Refused(
        "mine.yaml: a has the branch reinit at none of its levels, 0, 1, 2; list some of them, or leave out that branch", Own with { Branches = [new("reinit", 1, [7])] });

    [Fact]
    public void MoreBatchesThanMemory() => Refused(
        "mine.yaml: a looks at 99999999 batches; give 1 to 10000",
        Cut(c => c with { At = TicketMoment.Initialisation, Criterion = "snip", Once = true, Batches = 99_999_999 }) with { Rewinding = new TicketRewinding(0, RewindKind.Weights) });

    [Fact]
    public void TicketsOfAnotherStep() => Refused(
        "mine.yaml: b takes the tickets of a, which start as 'rewind: {to: 5, kind: weights}' says, with 'rewind: {to: 0, kind: weights}'; give both the same",
        Own, Own with { Name = "b", TicketsOf = "a", Rewinding = new TicketRewinding(0, RewindKind.Weights) });

    [Fact]
    public void TicketsOfAnotherKindOfRewinding() => Refused(
        "mine.yaml: b takes the tickets of a, which start as 'rewind: {to: 5, kind: weights}' says, with 'rewind: {to: 5, kind: rate}'; give both the same",
        Own, Own with { Name = "b", TicketsOf = "a", Rewinding = new TicketRewinding(5, RewindKind.LearningRate) });

    [Fact]
    public void TicketsOfDeeperLevels() => Refused(
        "mine.yaml: b takes the tickets of a to level 3, and that one ends at 2; list fewer levels, or more there",
        Own, Cut(c => c with { Levels = [0, 3] }) with { Name = "b", TicketsOf = "a" });

    [Fact]
    public void TicketsOfALevelThatIsNotCut() => Refused(
        "mine.yaml: b takes the tickets of a at level 1, and that one is cut at 2, 4 at once; list levels that are cut there",
        Cut(c => c with { Levels = [0, 2, 4], Once = true }), Cut(c => c with { Levels = [1, 2] }) with { Name = "b", TicketsOf = "a" });

    [Fact]
    public void TicketsFoundDuringTraining() => Refused(
        "mine.yaml: b takes the tickets of 'a', which is no earlier experiment with own ones, found before or after training; list that one first",
        Cut(c => c with { At = TicketMoment.Training, Once = true }) with { Rewinding = new TicketRewinding(0, RewindKind.Weights) },
        Own with { Name = "b", TicketsOf = "a", Rewinding = new TicketRewinding(0, RewindKind.Weights) });

    [Fact]
    public void TrainedWeightsBeforeTraining() => Refused(
        "mine.yaml, a: criterion: 'large-final' cannot be had before training; use one of large-init, small-init, random, snip, grad, grasp, synflow, random-uniform, random-er, random-erk",
        Cut(c => c with { At = TicketMoment.Initialisation, Once = true }));

    [Fact]
    public void RewindingWithMasksOfTheStart() => Refused(
        "mine.yaml: a rewinds, and its masks are found before training; leave out 'rewind', or 'at' of 'cut'", Cut(c => c with { Criterion = "snip", At = TicketMoment.Initialisation, Once = true }));

    [Fact]
    public void OrdersOfImagesWithMasksOfTheTraining() => Refused(
        "mine.yaml: a compares orders of images, and weights that go during training are others then; leave out the branch data-order",
        Cut(c => c with { At = TicketMoment.Training, Once = true }) with { Rewinding = new TicketRewinding(0, RewindKind.Weights), Branches = [new(TicketBranch.DataOrder, 1, null)] });

    [Fact]
    public void PacesThatEndTooLate() => Refused(
        "mine.yaml, a: pace: shares 0 to 1 with 20 cuts are not 0 to below 1, ascending, with 1 cut at least; change 'pace' of 'cut'",
        Cut(c => c with { At = TicketMoment.Training, Once = true, Pace = new TicketPace(To: 1) }) with { Rewinding = new TicketRewinding(0, RewindKind.Weights) });

    [Fact]
    public void PatternsOfSeveralLevels() => Refused(
        "mine.yaml: a cuts to a pattern at level 2; list levels 0 and 1: it is one cut", Cut(c => c with { Pattern = new NmPattern(2, 4), Once = true }));

    [Fact]
    public void AFilesTicketAtOtherLevels() => Refused(
        "mine.yaml: a trains the ticket of a file at levels 0, 1, 2; write 'levels: [1]': it is level 1", Own with { GivenTicket = "a.ticket" });

    [Fact]
    public void AFilesTicketWithATeacher() => Refused(
        "mine.yaml: a trains the ticket of a file, and there is no dense net to teach it; leave out 'distil'",
        Cut(c => c with { Levels = [1] }) with { GivenTicket = "a.ticket", Training = Own.Training with { Distil = new TicketTeaching() } });

    [Fact]
    public void OwnMasksBesideThoseOfOthers() => Refused(
        "mine.yaml: b takes the tickets of a and finds own ones; leave out 'at' of 'cut'",
        Own with { Rewinding = new TicketRewinding(0, RewindKind.Weights) },
        Cut(c => c with { Criterion = "snip", At = TicketMoment.Initialisation, Once = true }) with { Name = "b", TicketsOf = "a", Rewinding = new TicketRewinding(0, RewindKind.Weights) });

    [Fact]
    public void TicketLevels_WhereAllMustBeTrained()
    {
        Refused("mine.yaml: a leaves out trainings that find masks; correct 'ticket_levels', or leave it out", Own with { TicketLevels = [2] });
        var once = Cut(c => c with { Once = true });
        Refused("mine.yaml: a trains tickets of level 3, which is none of its cuts; correct 'ticket_levels', or leave it out", once with { TicketLevels = [2, 3] });
        Refused("mine.yaml: a compares data orders of tickets that are not trained; correct 'ticket_levels', or leave it out", once with { TicketLevels = [2], Branches = [new(TicketBranch.DataOrder, 1, [1, 2])] });
        new TicketStudy([once with { TicketLevels = [2], Branches = [new(TicketBranch.DataOrder, 1, [2])] }]).Validate("mine.yaml");
    }

    private static TicketExperiment Cut(Func<TicketCutting, TicketCutting> change) => Own with { Cutting = change(Own.Cutting) };

    private static void Refused(string message, params TicketExperiment[] experiments) =>
        Assert.Equal(message, Assert.Throws<PrunusInputException>(() => new TicketStudy(experiments).Validate("mine.yaml")).Message);
}
