using Prunus.Checkpoints;
using Prunus.Cli.Options;
using Prunus.Cli.Views;
using Prunus.Pruning;
using Prunus.Reports;
using Prunus.Runs;
using Prunus.Shrinking;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus demo</c>: the main job on the embedded model, against pruning alone and against training the same shape from scratch.</summary>
internal static class DemoCommand
{
    public static Verb Create() => new("demo", "Shrinks the embedded 1.6M-parameter story model to half and shows what distillation brings back. About a minute on two cores.")
    {
        Options = { SharedOptions.Out },
        Examples = ["demo", "demo --out demo-run"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        var assets = Path.Combine(AppContext.BaseDirectory, "assets", "demo");
        var options = new ShrinkOptions
        {
            Donor = Path.Combine(assets, "donor"),
            Corpus = new CorpusOptions { Texts = [new TextWeight(Path.Combine(assets, "text.txt.br"))], HeldOutText = Path.Combine(assets, "heldout.txt.br") },
            Prune = new PruneOptions { Target = new PlanTarget { Keep = 0.5 } },
            CalibrationSequences = 64,
            CalibrationLength = 128,
            Healing = new HealingOptions { Steps = 80, Batch = 16, Block = 128, LearningRate = 4e-3, SaveEvery = 20 },
            CompareWithScratch = true,
            SamplePrompt = "One day a little girl went to the river to fetch water.",
            Seed = context.Required(GlobalOptions.Seed),
        };
        using var checkpoint = Checkpoint.Open(options.Donor);
        var device = TensorSetup.Device(context);
        var identity = ShrinkRun.Identity(options, checkpoint, device) with { Slug = "demo" };
        var path = context.Given(SharedOptions.Out) ? context.Value(SharedOptions.Out) : null;
        using var folder = Open(identity, path);
        context.ResumeHint = $"what is done is kept in {folder.Path}; repeat the command to go on";
        using var progress = context.StartProgress();
        using var run = new ShrinkRun(options, checkpoint, folder, device, progress);
        var record = run.Run(context.Cancellation);
        progress.Dispose();
        RunReport.Finish(context, folder, record, [device], []);
        if (!context.Json)
        {
            Show(context, record);
        }

        return record.Claims.All(c => c.Verdict == Verdict.Pass) ? ExitCode.Done : ExitCode.CheckFailed;
    }

    // A demo that is done is run again when asked for again; one that was interrupted goes on.
    private static RunFolder Open(RunIdentity identity, string? path)
    {
        var folder = RunFolder.Open(identity, path);
        if (!folder.StageDone("scratch"))
        {
            return folder;
        }

        folder.Dispose();
        return RunFolder.Open(identity, path, fresh: true);
    }

    private static void Show(VerbContext context, Record record)
    {
        context.Out.WriteLine();
        foreach (var sample in record.Samples)
        {
            context.Out.WriteLine($"{sample.Subject}: {sample.Prompt} → {sample.Text.ReplaceLineEndings(" ").Trim()}");
        }

        context.Out.WriteLine();
        TableView.Write(context.Terminal, RecordTables.Claims(record));
        context.Out.WriteLine(record.Claims.All(c => c.Verdict == Verdict.Pass) ? "PASS" : "FAIL");
    }
}
