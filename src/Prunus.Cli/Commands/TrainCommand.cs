using System.CommandLine;
using Prunus.Checkpoints;
using Prunus.Cli.Options;
using Prunus.Runs;
using Prunus.Shrinking;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus train START --text F</c> and <c>prunus distill STUDENT --teacher T --text F</c>: one model, one loop.</summary>
internal static class TrainCommand
{
    private static readonly Argument<string> Start = new("START") { Description = "Checkpoint to go on from, or a config.json to start from random weights." };
    private static readonly Option<string> Teacher = ParsedOption.Create<string>("--teacher", "CKPT", "Checkpoint to learn from.", ParsedOption.Text);
    private static readonly Option<string> Tokenizer = ParsedOption.Create<string>("--tokenizer", "PATH", "Folder or tokenizer.json (the checkpoint's own).", ParsedOption.Text);
    private static readonly Option<double> InitialDeviation = ParsedOption.Create("--init-std", "S", "Standard deviation of random weights.", ParsedOption.Real(1e-6, 10), 0.02);
    private static readonly Option<string> Licence = ParsedOption.Create<string>("--licence", "SPDX", "Licence of a model from random weights, for its card.", ParsedOption.Text);
    private static readonly Option<string> Dtype = ParsedOption.Create("--write-as", "f32|bf16|f16", "Type of the weights written.", ParsedOption.OneOf("f32", "bf16", "f16"), "f32");

    public static Verb CreateTrain() => With(
        new Verb("train", "Trains a model on text by next-token loss, from random weights or a checkpoint.")
        {
            Arguments = { Start },
            Options = { SharedOptions.Out, SharedOptions.Fresh, Tokenizer, InitialDeviation, Licence, Dtype },
            Examples = ["train config.json --tokenizer tokenizer.json --text books.txt --steps 2000 --out donor", "train ./my-model --text mine.jsonl --steps 100 --lr 1e-4"],
            Run = context => Run(context, teacher: null),
        }, HealingFlags.WithoutTeacher);

    public static Verb CreateDistill()
    {
        Teacher.Required = true;
        return With(new Verb("distill", "Trains a student to predict what its teacher predicts.")
        {
            Arguments = { Start },
            Options = { Teacher, SharedOptions.Plan, SharedOptions.Out, SharedOptions.Fresh, Tokenizer, InitialDeviation, Licence, Dtype },
            Examples =
            [
                "distill ./pruned --teacher ./donor --text corpus.txt --steps 400 --out healed",
                "distill ./pruned --teacher ./donor --plan plan.json --text corpus.txt --hidden-states output@last-2,embedding --correct-teacher 100",
            ],
            Run = context => Run(context, context.Value(Teacher)),
        }, HealingFlags.All);
    }

    private static Verb With(Verb verb, IReadOnlyList<Option> healing)
    {
        foreach (var option in CorpusFlags.All.Concat(healing))
        {
            verb.Options.Add(option);
        }

        return verb;
    }

    private static int Run(VerbContext context, string? teacher)
    {
        var healing = HealingFlags.Read(context, teacher is not null);
        var options = new TrainOptions
        {
            Start = context.Value(Start),
            Tokenizer = context.Given(Tokenizer) ? context.Value(Tokenizer) : null,
            Teacher = teacher,
            PlanFile = teacher is not null && context.Given(SharedOptions.Plan) ? context.Value(SharedOptions.Plan) : null,
            Corpus = CorpusFlags.Read(context),
            Healing = healing,
            InitialDeviation = context.Required(InitialDeviation),
            Licence = context.Given(Licence) ? context.Value(Licence) : null,
            WriteAs = ShrinkCommand.WriteAs(context.Required(Dtype)) ?? ElementType.F32,
            Seed = context.Required(GlobalOptions.Seed),
        };
        options.Validate();
        var device = TensorSetup.Device(context);
        using var run = new TrainRun(options, device);
        using var folder = RunFolder.Open(run.Identity, context.Given(SharedOptions.Out) ? context.Value(SharedOptions.Out) : null, fresh: context.Value(SharedOptions.Fresh));
        context.ResumeHint = $"what is done is kept in {folder.Path}; repeat the command to go on";
        using var progress = context.StartProgress();
        var record = run.Run(folder, progress, context.Cancellation);
        progress.Dispose();
        RunReport.Finish(context, folder, record, [device], []);
        return ExitCode.Done;
    }
}
