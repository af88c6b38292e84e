using Prunus.Jobs;
using Prunus.Recipes;
using Prunus.Runs;
using Prunus.Tests.Runs;
using Prunus.Tests.Shrinking;
using TorchSharp;

namespace Prunus.Tests.Recipes;

public sealed class RecipeRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Ids => [.. RecipeCatalogue.Ids];

    [Theory]
    [MemberData(nameof(Ids))]
    public void EveryRecipe_RunsAtSizeTiny(string id)
    {
        var record = Run(id, _folder["out"]);
        Assert.Equal(id, record.Recipe);
        Assert.NotEmpty(record.Subjects);
        Assert.All(record.Metrics, m => Assert.True(m.Key.EndsWith(".reach", StringComparison.Ordinal) || double.IsFinite(m.Value.Value), m.Key));
        Assert.All(record.Claims, c => Assert.Equal(Verdict.NotJudged, c.Verdict));
    }

    [Fact]
    public async Task Killed_GoesOnToTheSameBytes()
    {
        string[] command = ["recipe", "run", "minitron-logit-loss", "--size", "tiny", "--only", "CE,KLD", "--device", "cpu", "--threads", "1", "--cache", _folder["cache"]];
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var (code, _, error) = await PrunusProcess.Run([.. command, "--out", _folder["whole"]]);
        Assert.True(code == 0, error);
        await PrunusProcess.Kill([.. command, "--out", _folder["killed"]], clock.Elapsed / 2);
        (code, _, error) = await PrunusProcess.Run([.. command, "--out", _folder["killed"], "--jobs", "2"]);
        Assert.True(code == 0, error);
        Assert.Equal(File.ReadAllText(Path.Combine(_folder["whole"], "record.json")), File.ReadAllText(Path.Combine(_folder["killed"], "record.json")));
    }

    public void Dispose() => _folder.Dispose();

    private Prunus.Runs.Record Run(string id, string output)
    {
        var sources = new RecipeSources(Path.Combine(AppContext.BaseDirectory, "assets", "demo"), null, new Dictionary<string, string>(), null, _folder["cache"]);
        var run = new RecipeRun(new RecipeRunOptions(id, "tiny"), sources, torch.CPU, cancellation: TestContext.Current.CancellationToken);
        using var folder = RunFolder.Open(run.Identity, output);
        return run.Run(folder, new JobPoolOptions(), cancellation: TestContext.Current.CancellationToken);
    }
}
