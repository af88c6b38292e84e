using Prunus.Jobs;
using Prunus.Recipes;
using Prunus.Runs;
using Prunus.Tests.Datasets.Images;
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

    [Fact]
    public void Tasks_AreScoredForEveryVariant_AndTheirFilesAreAskedForAtOnce()
    {
        File.WriteAllText(_folder["mine.yaml"], """
            format: prunus-recipe/1
            id: mine
            title: Mine
            slide: none
            paper: none
            methods: docs/methods/evaluation.md
            what: A test.
            sizes:
              tiny:
                seeds: [1]
                donors: {donor: demo}
                train: {demo: 1}
                evaluate: {heldout: demo-heldout}
                tasks: [piqa]
                task_items: 3
                evaluation: {windows: 2}
            variants:
              - {name: itself, start: donor, heal: {steps: 0}}
            claims:
              - {id: a, text: answers, left: itself.accuracy_piqa, above: donor.accuracy_piqa}
            """);
        var fault = Assert.Throws<PrunusInputException>(() => Run(_folder["mine.yaml"], _folder["out"]));
        Assert.StartsWith("--data: task piqa is needed and piqa_valid.jsonl is not there; ", fault.Message, StringComparison.Ordinal);

        // The donor finds text likelier than noise: right, wrong, right; a fourth item lies behind the limit.
        var data = Directory.CreateDirectory(_folder["data"]).FullName;
        File.WriteAllLines(Path.Combine(data, "piqa_valid.jsonl"), ((int[])[0, 1, 0, 0]).Select(label =>
            $$"""{"goal":"sleep","sol1":"The little girl went home to her bed.","sol2":"zq xv jk qqq zzz vvv kkk jjj xxx","label":{{label}}}"""));
        var record = Run(_folder["mine.yaml"], _folder["out"], data);
        Assert.All((string[])["donor", "itself"], v => Assert.Equal(2 / 3.0, record.Metrics[$"{v}.accuracy_piqa"].Value, 1e-12));
    }

    [Fact]
    public void TrainingsThatAGpuIsGivenAtATime()
    {
        Assert.Equal((1, 8, 1, 1), (On("lth-lenet", DeviceType.CUDA), On("lth-conv", DeviceType.CUDA), On("lth-decoder", DeviceType.CUDA), On("minitron-depth", DeviceType.CUDA)));
        Assert.Equal((1, 1), (On("lth-lenet", DeviceType.CPU), On("lth-conv", DeviceType.CPU)));

        Assert.Equal((16, 2), (Open("lth-conv").JobsOn([new(DeviceType.CUDA, 0), new(DeviceType.CUDA, 1)]), Open("lth-decoder").JobsOn([new(DeviceType.CUDA, 0), new(DeviceType.CUDA, 1)])));

        int On(string id, DeviceType device) => Open(id).JobsOn([new(device)]);
    }

    // A GPU has twice as many streams; elsewhere trainings are processes, and so are prunings everywhere.
    [Fact]
    public void MoreTicketTrainingsThanAGpuTakes_AreRefusedBeforeTheRun()
    {
        var many = new JobPoolOptions { Workers = 40, Devices = ["cuda:0"] };
        Assert.Equal("--jobs: is 40, a GPU does at most 16 of these at a time; use 1 to 16", Samples.Fault(() => Open("lth-lenet").Validate(many)));
        Open("lth-lenet").Validate(many with { Devices = ["cpu"] });
        Open("sparsity-kinds").Validate(many);
    }

    private RecipeRun Open(string id, string? data = null)
    {
        var sources = new RecipeSources(Path.Combine(AppContext.BaseDirectory, "assets", "demo"), data, new Dictionary<string, string>(), null, _folder["cache"]);
        return new RecipeRun(new RecipeRunOptions(id, "tiny"), sources, torch.CPU, cancellation: TestContext.Current.CancellationToken);
    }

    private Prunus.Runs.Record Run(string id, string output, string? data = null)
    {
        var run = Open(id, data);
        using var folder = RunFolder.Open(run.Identity, output);
        return run.Run(folder, new JobPoolOptions(), cancellation: TestContext.Current.CancellationToken);
    }
}
