using System.CommandLine;
using Prunus.Decoders;
using Prunus.Distillation;
using Prunus.Distillation.HiddenStates;
using Prunus.Shrinking;
using Prunus.Training;

namespace Prunus.Cli.Options;

/// <summary>Options of every verb that trains.</summary>
internal static class HealingFlags
{
    private static readonly Option<int> Steps = ParsedOption.Create("--steps", "N", "Optimizer steps.", ParsedOption.Count(0), 200);
    private static readonly Option<int> Batch = ParsedOption.Create<int>("--batch", "N", "Sequences in a step (16 on a GPU, 4 on a CPU).", ParsedOption.Count(1));
    private static readonly Option<int> MicroBatch = ParsedOption.Create<int>("--micro-batch", "N", "Sequences that go through the models at once (the whole batch).", ParsedOption.Count(1));
    private static readonly Option<int> Block = ParsedOption.Create<int>("--block", "N", "Tokens in a sequence (512 on a GPU, 256 on a CPU).", ParsedOption.Count(2));
    private static readonly Option<double> LearningRate = ParsedOption.Create("--lr", "RATE", "Peak of the learning rate; cosine to 0.", ParsedOption.Real(1e-12, 10), 5e-4);
    private static readonly Option<int> Warmup = ParsedOption.Create<int>("--warmup", "N", "Steps of linear warm-up (a tenth of the steps, at most 20).", ParsedOption.Count(0));
    private static readonly Option<double> WeightDecay = ParsedOption.Create("--weight-decay", "W", "Of AdamW.", ParsedOption.Real(0, 10), 0.01);
    private static readonly Option<double> CrossEntropy = ParsedOption.Create("--ce", "W", "Weight of the next-token loss beside distillation.", ParsedOption.Real(0, 1e6), 0.0);
    private static readonly Option<string> Loss = ParsedOption.Create("--loss", "NAME[:N]", "Distillation loss, e.g. reverse-kl, jsd:0.5 or topk-both:100; 'prunus list losses' has them all.", LossName, DistillationLosses.ForwardKl.Id);
    private static readonly Option<double> Kl = ParsedOption.Create("--kl", "W", "Weight of the distillation loss; 0 with --ce 1 trains without a teacher.", ParsedOption.Real(0, 1e6), 1.0);
    private static readonly Option<double> Tau = ParsedOption.Create("--tau", "T", "Temperature of the distillation loss.", ParsedOption.Real(1e-3, 1e3), 1.0);
    private static readonly Option<bool> TauSquared = new("--tau-squared") { Description = "Multiplies the distillation loss by the square of the temperature." };
    private static readonly Option<HiddenStateOptions> HiddenStates = ParsedOption.Create<HiddenStateOptions>(
        HiddenStateOptions.Flag, "STATES", "Losses on hidden states too, e.g. 'output@last-2,embedding;loss=cosine;alpha=dynamic'; 'prunus list states' has them all.", Fault(HiddenStateOptions.Parse));
    private static readonly Option<TeacherCorrectionOptions> CorrectTeacher = ParsedOption.Create<TeacherCorrectionOptions>(
        TeacherCorrectionOptions.Flag, "STEPS|along", "Tunes the teacher on the text by next-token loss, before distillation or along with it; e.g. 'along;lr=1e-4;warmup=20'.", Fault(TeacherCorrectionOptions.Parse));
    private static readonly Option<bool> KeepTeacher = new("--keep-teacher") { Description = "Leaves the corrected teacher as a checkpoint in the run's folder 'teacher'." };
    public static Option<string> TeacherCache { get; } = ParsedOption.Create<string>("--teacher-cache", "DIR", "Folder that keeps what the teacher says of each sequence, for other trainings on the same text.", ParsedOption.Text);
    private static readonly Option<string> Precision = ParsedOption.Create("--precision", "auto|f32|bf16", "Type of the forward and backward pass; weights are float32 (bf16 on a GPU).", ParsedOption.OneOf("auto", "f32", "bf16"), "auto");
    private static readonly Option<int> SaveEvery = ParsedOption.Create<int>("--save-every", "N", "Steps between checkpoints that a repeated command resumes from (one a minute).", ParsedOption.Count(1));
    private static readonly Option<int> EvaluateEvery = ParsedOption.Create("--eval-every", "N", "Steps between evaluations on held-out text; 0 = at the end.", ParsedOption.Count(0), 0);

    public static IReadOnlyList<Option> All { get; } =
        [Steps, Batch, MicroBatch, Block, LearningRate, Warmup, WeightDecay, Loss, Kl, CrossEntropy, Tau, TauSquared, HiddenStates, CorrectTeacher, KeepTeacher, TeacherCache, Precision, SaveEvery, EvaluateEvery];

    /// <summary>Those that mean something without a teacher.</summary>
    public static IReadOnlyList<Option> WithoutTeacher { get; } = [.. All.Except([Loss, Kl, CrossEntropy, Tau, TauSquared, HiddenStates, CorrectTeacher, KeepTeacher, TeacherCache])];

    public static HealingOptions Read(VerbContext context, bool teacher = true)
    {
        return new HealingOptions
        {
            Steps = context.Required(Steps),
            Batch = Given(Batch),
            MicroBatch = Given(MicroBatch),
            Block = Given(Block),
            LearningRate = context.Required(LearningRate),
            Warmup = Given(Warmup),
            WeightDecay = context.Required(WeightDecay),
            Loss = teacher ? context.Required(Loss) : DistillationLosses.ForwardKl.Id,
            KlWeight = teacher ? context.Required(Kl) : 0,
            CrossEntropyWeight = teacher ? context.Required(CrossEntropy) : 1,
            Temperature = teacher ? context.Required(Tau) : 1,
            TauSquared = teacher && context.Value(TauSquared),
            HiddenStates = teacher && context.Given(HiddenStates) ? context.Value(HiddenStates) : null,
            TeacherCorrection = teacher ? Correction(context) : null,
            TeacherCache = teacher && context.Given(TeacherCache) ? Path.GetFullPath(context.Value(TeacherCache)!) : null,
            Precision = context.Required(Precision) switch { "f32" => Training.Precision.Float32, "bf16" => Training.Precision.BFloat16, _ => Training.Precision.Auto },
            SaveEvery = Given(SaveEvery),
            EvaluateEvery = context.Required(EvaluateEvery),
        };

        int? Given(Option<int> option) => context.Given(option) ? context.Value(option) : null;
    }

    /// <summary>The training with what is advised for this cut where the user left it open, and a line for each such choice.</summary>
    public static (HealingOptions Options, IReadOnlyList<string> Notes) Advised(VerbContext context, DecoderConfig donor, DecoderConfig student, HealingOptions options)
    {
        var (advised, notes) = Advice.ForHealing(donor, student, options, context.Given(LearningRate), context.Given(HiddenStates));
        return options.TeacherCache is null || advised.HiddenStates is null || context.Given(HiddenStates) ? (advised, notes)
            : (advised with { HiddenStates = null }, [.. notes.Where(n => !n.Contains(HiddenStateOptions.Flag, StringComparison.Ordinal)), "advice: hidden states would help where depth falls this much; they are left out because of --teacher-cache"]);
    }

    private static TeacherCorrectionOptions? Correction(VerbContext context)
    {
        if (context.Given(CorrectTeacher))
        {
            return context.Value(CorrectTeacher) is { } given && context.Value(KeepTeacher) ? given with { Keep = true } : context.Value(CorrectTeacher);
        }

        return context.Value(KeepTeacher)
            ? throw new PrunusInputException("--keep-teacher", "keeps a corrected teacher, and none is corrected", $"give {TeacherCorrectionOptions.Flag} as well")
            : null;
    }

    private static string? LossName(string text, out string value)
    {
        var fault = Fault(DistillationLosses.Parse)(text, out var loss);
        value = fault is null ? loss.Id : text;
        return fault;
    }

    // The library's own readers name fault and remedy.
    private static ValueParser<T> Fault<T>(Func<string, T> parse) => (string text, out T value) =>
    {
        try
        {
            value = parse(text);
            return null;
        }
        catch (PrunusInputException e)
        {
            value = default!;
            return $"{e.Problem}; {e.Remedy}";
        }
    };
}
