using Prunus.Checkpoints;
using Prunus.Jobs;
using Prunus.Pruning;
using Prunus.Runs;
using Prunus.Search;
using Prunus.Shrinking;
using Prunus.Tests.Runs;
using Prunus.Tests.Shrinking;
using TorchSharp;
using Record = Prunus.Runs.Record;

namespace Prunus.Tests.Search;

public sealed class SearchRunTests : IDisposable
{
    private static readonly string Demo = Path.Combine(AppContext.BaseDirectory, "assets", "demo");
    private readonly TemporaryFolder _folder = new();

    private static SearchOptions Options => new()
    {
        Donor = Path.Combine(Demo, "donor"),
        Corpus = new CorpusOptions { Texts = [new TextWeight(Path.Combine(Demo, "text.txt.br"))], HeldOutShare = 0.01 },
        Keep = 0.5,
        Tolerance = 0.05,
        Space = new SearchSpace { Nearest = 3 },
        CalibrationSequences = 8,
        CalibrationLength = 32,
        Healing = new HealingOptions { Steps = 6, Batch = 2, Block = 32, LearningRate = 2e-3 },
        RankEvery = 2,
        StableRounds = 0,
    };

    [Fact]
    public void ASearchThatIsStopped_GoesOnToTheSameBytes()
    {
        var record = Run(Options, "straight");
        Assert.Equal(3, record.Subjects.Count);
        Assert.Equal(record.Subjects.Min(s => s.Measures["loss"]), record.Metrics["loss"].Value);
        Assert.Equal(record.Subjects.Select(s => s.Measures["loss"]).Order(), record.Subjects.Select(s => s.Measures["loss"]));
        Assert.All(record.Subjects, s => Assert.True(s.Measures["loss"] < s.Measures["loss_before"]));
        Assert.Contains(record.Subjects, s => s.Measures["pareto"] == 1);
        Assert.All(record.Series.Where(s => s.Chart == "held-out loss"), s => Assert.Equal([0, 2, 4, 6], s.X));
        Assert.Equal(3, record.Series.Count(s => s.Chart == "rank correlation"));

        using (var stop = new StopAfter(9))
        {
            Assert.Throws<OperationCanceledException>(() => Run(Options, "resumed", stop));
        }

        Run(Options, "resumed");
        Assert.Equal(SmallJob.Results(_folder["straight"]), SmallJob.Results(_folder["resumed"]));

        using var donor = Checkpoint.Open(Options.Donor);
        var plan = PruningPlan.Read(Path.Combine(_folder["straight"], "plan.json"));
        plan.CheckDonor(donor.Fingerprint, donor.Location);
        var shape = plan.Resulting(Prunus.Decoders.DecoderConfig.FromHuggingFace(donor.Config, donor.Location));
        Assert.StartsWith($"h{shape.Hidden}-f{shape.Layers[0].Ffn}-", record.Subjects[0].Name, StringComparison.Ordinal);
    }

    [Fact]
    public void ASettledRanking_EndsTheSearch()
    {
        var record = Run(Options with { StableTau = -0.999, StableRounds = 1, Space = new SearchSpace { Nearest = 2 } }, "settled");
        Assert.InRange(record.Metrics["steps"].Value, 4, 6);
        Assert.Equal(record.Metrics["steps"].Value < 6 ? 1 : 0, record.Metrics["settled"].Value);
    }

    [Fact]
    public void StopRule_ByHand()
    {
        double[] a = [1, 2, 3, 4], same = [5, 6, 7, 8], swapped = [6, 5, 7, 8];

        // One swapped pair of six: (5 - 1) / 6.
        Assert.Equal([1, 4 / 6.0], RankStability.Correlations([a, same, swapped]), new Close());
        Assert.False(RankStability.IsSettled([a, same], 0.9, 2));
        Assert.True(RankStability.IsSettled([a, same, a], 0.9, 2));
        Assert.False(RankStability.IsSettled([a, same, swapped], 0.9, 2));
        Assert.True(RankStability.IsSettled([a, same, swapped], 0.6, 2));
        Assert.True(RankStability.IsSettled([swapped, a, same, a], 0.9, 2));
        Assert.False(RankStability.IsSettled([a, a, a, a], 0.9, 0));
        Assert.True(RankStability.IsSettled([[1]], 0.9, 2));
    }

    [Fact]
    public void ParetoSet_ByHand() => Assert.Equal([true, true, false, true], ParetoSet.Of([[1, 5], [2, 3], [2, 4], [2, 3]]));

    [Fact]
    public void FaultsAreOneLine()
    {
        Assert.Equal("--keep", Assert.Throws<PrunusInputException>(() => (Options with { Keep = null }).Validate()).Subject);
        Assert.Equal("--steps", Assert.Throws<PrunusInputException>(() => (Options with { Healing = new HealingOptions { Steps = 0 } }).Validate()).Subject);
        Assert.Equal("--stable", Assert.Throws<PrunusInputException>(() => (Options with { StableTau = -1 }).Validate()).Subject);
        Assert.Contains("nearest", Assert.Throws<PrunusInputException>(() => Run(Options with { Tolerance = 0, Keep = 0.01 }, "none")).Problem, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private Record Run(SearchOptions options, string output, StopAfter? stop = null)
    {
        Prunus.Native.Libtorch.Load();
        using var checkpoint = Checkpoint.Open(options.Donor);
        var run = new SearchRun(options, checkpoint, torch.CPU);
        using var folder = RunFolder.Open(run.Identity, _folder[output]);
        return run.Run(folder, new JobPoolOptions(), stop, stop?.Token ?? TestContext.Current.CancellationToken);
    }

    private sealed class Close : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) < 1e-12;

        public int GetHashCode(double value) => 0;
    }
}
