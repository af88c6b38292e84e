using Prunus.Shrinking;

namespace Prunus.Tests.Shrinking;

/// <summary>A job that is stopped anywhere and repeated leaves the bytes of one that was not.</summary>
public sealed class ResumeTests(ResumeTests.Uninterrupted whole) : IClassFixture<ResumeTests.Uninterrupted>
{
    /// <summary>The job done in one go.</summary>
    public sealed class Uninterrupted : IDisposable
    {
        public Uninterrupted()
        {
            using var all = new StopAfter(int.MaxValue);
            SmallJob.Run(Options, Job.New("whole"), all);
            (Results, Reports) = (SmallJob.Results(Job.New("whole")), all.Seen);
        }

        public SmallJob Job { get; } = new();

        public ShrinkOptions Options => Job.Options with { CompareWithScratch = true };

        public SortedDictionary<string, string> Results { get; }

        public IReadOnlyList<string> Reports { get; }

        public void Dispose() => Job.Dispose();
    }

    [Fact]
    public void CancelledAtRandomReports_GoesOnToTheSameBytes()
    {
        var random = new Random(20240719);
        for (var round = 0; round < 4; round++)
        {
            var output = whole.Job.New($"broken-{round}");
            var stops = Enumerable.Range(0, 3).Select(_ => random.Next(1, whole.Reports.Count)).ToArray();
            foreach (var at in stops)
            {
                Stop(output, at);
            }

            SmallJob.Run(whole.Options, output);
            AssertWhole(output, string.Join(", ", stops));
        }
    }

    [Theory]
    [InlineData("score 128"), InlineData("score 256"), InlineData("plan 0"), InlineData("pruned 0"), InlineData("distill 0"), InlineData("distill 3"), InlineData("distill 6")]
    [InlineData("scratch 0"), InlineData("scratch 5")]
    public void CancelledAtAStage_GoesOnToTheSameBytes(string moment)
    {
        var at = whole.Reports.ToList().IndexOf(moment);
        Assert.True(at >= 0, $"no '{moment}' in: {string.Join(" | ", whole.Reports)}");
        var output = whole.Job.New("stage-" + moment.Replace(' ', '-'));
        Stop(output, at + 1);
        SmallJob.Run(whole.Options, output);
        AssertWhole(output, moment);
    }

    [Fact]
    public void KilledBetweenMovingAStagesFilesAndMarkingIt_GoesOnToTheSameBytes()
    {
        var output = whole.Job.New("unmarked");
        SmallJob.Run(whole.Options, output);
        foreach (var stage in (string[])["distill", "scratch"])
        {
            File.Delete(Path.Combine(output, ".prunus", "stages", stage + ".json"));
        }

        File.WriteAllText(Path.Combine(output, "record.json.tmp-1"), "half");
        SmallJob.Run(whole.Options, output);
        AssertWhole(output, "unmarked stages");
    }

    [Fact]
    public void RepeatedWhenDone_NothingIsComputedAgain()
    {
        var output = whole.Job.New("twice");
        var first = SmallJob.Run(whole.Options, output);
        using var seen = new StopAfter(int.MaxValue);
        var second = SmallJob.Run(whole.Options, output, seen);
        Assert.All(seen.Seen, s => Assert.EndsWith(" 0", s, StringComparison.Ordinal));
        Assert.Equal(Prunus.Runs.RecordJson.Bytes(first), Prunus.Runs.RecordJson.Bytes(second));
        AssertWhole(output, "repeated");
    }

    private void Stop(string output, int at)
    {
        using var stop = new StopAfter(at);
        try
        {
            SmallJob.Run(whole.Options, output, stop);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private void AssertWhole(string output, string how)
    {
        var actual = SmallJob.Results(output);
        var different = whole.Results.Keys.Union(actual.Keys).Where(k => whole.Results.GetValueOrDefault(k) != actual.GetValueOrDefault(k));
        Assert.True(!different.Any(), $"stopped at {how}: {string.Join(", ", different)} differ");
    }
}
