using System.CommandLine;
using Prunus.Checkpoints;
using Prunus.Cli.Options;
using Prunus.Decoders;
using Prunus.Evaluation;
using Prunus.Pruning;
using Prunus.Runs;
using Prunus.Shrinking;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus shrink CKPT --keep 60% --text F --out D</c>: the whole job.</summary>
internal static class ShrinkCommand
{
    private static readonly Option<string> Dtype = ParsedOption.Create("--write-as", "auto|f32|bf16|f16", "Type of the weights written (the donor's).", ParsedOption.OneOf("auto", "f32", "bf16", "f16"), "auto");
    private static readonly Option<int> Sequences = ParsedOption.Create("--calibration", "N", "Calibration sequences of 256 tokens.", ParsedOption.Count(1), 64);
    private static readonly Option<string> Prompt = ParsedOption.Create<string>("--prompt", "TEXT", "Text that donor and student continue in the report.", ParsedOption.Text);
    private static readonly Option<bool> Scratch = new("--compare-scratch") { Description = "Also trains the same architecture from random weights, on the same batches." };
    private static readonly Option<bool> NoSpeed = new("--no-speed") { Description = "Leaves out timing donor and student at the end." };

    public static Verb Create()
    {
        var verb = new Verb("shrink", "Makes a model smaller: scores, plans, prunes, distils, measures, and writes a checkpoint with a report.")
        {
            Arguments = { SharedOptions.Checkpoint },
            Options = { SharedOptions.Out, SharedOptions.Fresh, SharedOptions.Plan, Sequences, Prompt, Dtype, Scratch, NoSpeed },
            Examples =
            [
                "shrink SmolLM2-135M-Instruct.Q4_1.gguf --keep 60% --text stories.txt --steps 200 --out small",
                "shrink ./my-model --params 65M --text corpus.jsonl.gz --text code.txt=0.5 --device cuda",
            ],
            Run = Run,
        };
        foreach (var option in PruningOptions.Target.Concat(PruningOptions.Ranking).Append(CalibrationOptions.Aggregations).Concat(CorpusFlags.All).Concat(HealingFlags.All))
        {
            verb.Options.Add(option);
        }

        return verb;
    }

    private static int Run(VerbContext context)
    {
        var options = new ShrinkOptions
        {
            Donor = context.Value(SharedOptions.Checkpoint),
            Corpus = CorpusFlags.Read(context),
            Prune = PruningOptions.Read(context, context.Required(CalibrationOptions.Aggregations)[0]),
            PlanFile = context.Given(SharedOptions.Plan) ? context.Value(SharedOptions.Plan) : null,
            CalibrationSequences = context.Required(Sequences),
            Healing = HealingFlags.Read(context),
            CompareWithScratch = context.Value(Scratch),
            SamplePrompt = context.Given(Prompt) ? context.Value(Prompt) : null,
            WriteAs = WriteAs(context.Required(Dtype)),
            Seed = context.Required(GlobalOptions.Seed),
        };
        options.Validate();
        using var checkpoint = Checkpoint.Open(options.Donor);
        options = Advised(context, checkpoint, options);
        context.Note(options.Notes);
        var device = TensorSetup.Device(context);
        using var folder = RunFolder.Open(ShrinkRun.Identity(options, checkpoint, device), context.Given(SharedOptions.Out) ? context.Value(SharedOptions.Out) : null, fresh: context.Value(SharedOptions.Fresh));
        context.ResumeHint = $"what is done is kept in {folder.Path}; repeat the command to go on";
        using var progress = context.StartProgress();
        using var run = new ShrinkRun(options, checkpoint, folder, device, progress);
        if (run.CalibrationSequences is { } sequences && sequences < options.CalibrationSequences)
        {
            context.Note(CalibrationOptions.Fewer(sequences, options.CalibrationSequences));
        }

        var record = run.Run(context.Cancellation);
        var speeds = context.Value(NoSpeed) ? [] : run.Speed(new ThroughputOptions { Prompt = 256, Decode = 16, Repetitions = 3 }, context.Cancellation);
        progress.Dispose();
        RunReport.Finish(context, folder, record, [device], speeds);
        return ExitCode.Done;
    }

    // A budget or plan that cannot be used must show here, before a folder is made.
    private static ShrinkOptions Advised(VerbContext context, Checkpoint checkpoint, ShrinkOptions options)
    {
        if (context.Value(PruningOptions.NoAdvice))
        {
            return options;
        }

        var donor = DecoderConfig.FromHuggingFace(checkpoint.Config, checkpoint.Location);
        if (options.PlanFile is { } file)
        {
            var plan = PruningPlan.Read(file);
            plan.CheckDonor(checkpoint.Fingerprint, checkpoint.Location);
            var (training, why) = HealingFlags.Advised(context, donor, plan.Resulting(donor), options.Healing);
            return options with { Healing = training, Notes = why };
        }

        var (prune, choices) = PruningOptions.ReadAdvised(context, donor, context.Required(CalibrationOptions.Aggregations)[0]);
        var (healing, reasons) = HealingFlags.Advised(context, donor, Planner.Propose(donor, prune.Target).Result, options.Healing);
        return options with { Prune = prune, Healing = healing, Notes = [.. choices, .. reasons] };
    }

    /// <summary>Type that a name of the command line means; null = the donor's.</summary>
    internal static ElementType? WriteAs(string name) => name switch { "f32" => ElementType.F32, "bf16" => ElementType.BF16, "f16" => ElementType.F16, _ => null };
}
