using Prunus.Datasets.Images;
using Prunus.Lottery.Experiments;
using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Tests.Runs;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Experiments;

/// <summary>Members of a stack side by side leave what they leave one after the other.</summary>
public sealed class MemberWorkTests
{
    private static readonly TicketExperiment Own = new(
        "own", "mlp:20", "blobs", "glorot-normal", new TicketTraining("sgd", 0.02, 20, 12, 4) { Validation = 100, TestImages = 100, Images = 400 },
        new TicketCutting(new MaskCutOptions(), "large-final", [0, 1, 2], false), new TicketRewinding(3, RewindKind.Weights), null,
        [new("reinit", 1, null), new("random-mask", 2, null), new("shuffle-global", 1, null), new("data-order", 1, [1])]);

    [Fact]
    public void OutcomesAndFiles_AreThoseOfOneThread()
    {
        Libtorch.Load();
        using var folder = new TemporaryFolder();
        var (one, three) = (Run(folder["one"], 1), Run(folder["three"], 3));
        Assert.Equal(one, three);
        string[] files = [.. Files(folder["one"])];
        Assert.Equal(files, Files(folder["three"]));
        Assert.Equal(15, files.Length);
        Assert.All(files, f => Assert.Equal(File.ReadAllBytes(Path.Combine(folder["one"], f)), File.ReadAllBytes(Path.Combine(folder["three"], f))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void TheFirstFault_IsToldAsItIs(int threads)
    {
        Libtorch.Load();
        var fault = Assert.Throws<PrunusInputException>(() => MemberWork.Each(20, threads, CPU, i => _ = i >= 3 ? throw new PrunusInputException($"member {i}", "is bad", "mend it") : zeros(1)));
        Assert.StartsWith("member 3: is bad", fault.Message, StringComparison.Ordinal);
    }

    private static List<string> Run(string state, int threads)
    {
        var study = new TicketStudy([Own]);
        using var trainings = new TicketTrainings(study, state, new StudySources(ImageSetSearch.From(null)), CPU) { Threads = threads };
        return TicketWaves.Of(study, [1, 2, 3]).SelectMany(w => TicketStack.Of(study, w, _ => 64, 1))
            .Select(stack => trainings.Run(stack.ToJson(), _ => { }, TestContext.Current.CancellationToken).ToJsonString()).ToList();
    }

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f)).Order(StringComparer.Ordinal);
}
