using Prunus.Decoders;
using Prunus.Distillation;
using Prunus.Distillation.HiddenStates;
using Prunus.Evaluation;
using Prunus.Native;
using Prunus.Pruning;
using Prunus.Runs;
using Prunus.Training;

namespace Prunus.Shrinking;

/// <summary>What a training gave.</summary>
/// <param name="Training">Losses of every step.</param>
/// <param name="Epochs">How often each text was gone through.</param>
/// <param name="Terms">Names of the losses in <see cref="StepMetrics.Terms"/>.</param>
/// <param name="DiscardedMass">Mean probability on the first micro-batch that the teacher gives to vocabulary rows the student lacks; null where it has no more rows.</param>
public sealed record HealingResult(TrainingResult Training, IReadOnlyList<SourceEpochs> Epochs, IReadOnlyList<string> Terms, double? DiscardedMass = null);

/// <summary>How often a text was gone through.</summary>
public sealed record SourceEpochs(string Name, double Epochs);

/// <summary>Trains a student in place: the one way in which shrink, distill and train do it.</summary>
public static class Healing
{
    /// <param name="student">Float32 student; its weights change.</param>
    /// <param name="teacher">Teacher on the same device, or null when no loss needs one. Where the options tune it along: in float32, and its weights change.</param>
    /// <param name="corpus">Texts.</param>
    /// <param name="options">The training.</param>
    /// <param name="stage">Name shown in progress.</param>
    /// <param name="identity">What else makes this training the one it is (donor, plan).</param>
    /// <param name="seed">Seed of the data order.</param>
    /// <param name="work">Folder of the checkpoints that a repeated call resumes from; null = none.</param>
    /// <param name="progress">Told at log intervals.</param>
    /// <param name="cancellation">Looked at between steps.</param>
    /// <remarks>Whether teacher and student mean the same by an id is the caller's to check: <see cref="TeacherVocabulary.CheckTokenizers"/>.</remarks>
    /// <param name="plan">Plan by which the student was cut from the teacher; hidden-state losses then know its channels and layers. Null when it was not, or nobody knows.</param>
    /// <exception cref="PrunusInputException">Student, teacher, texts, plan and options do not fit together.</exception>
    public static HealingResult Run(
        Decoder student, Decoder? teacher, Corpus corpus, HealingOptions options, string stage, string identity, long seed, string? work,
        IProgress<ProgressUpdate>? progress, CancellationToken cancellation, PruningPlan? plan = null)
    {
        if (teacher is not null)
        {
            TeacherVocabulary.CheckSizes(teacher.Config.VocabSize, student.Config.VocabSize);
        }

        options = options.For(student.Device.type == TorchSharp.DeviceType.CUDA);
        var blocks = corpus.Blocks(options.Batch!.Value, options.Block!.Value, seed);
        var adamW = new AdamWOptions { WeightDecay = options.WeightDecay };
        using var states = options.HiddenStates is { } chosen ? new HiddenStateLoss(
            chosen, Needed(teacher).Config, student.Config, student.Device, Origin(plan), seed) : null;
        using var moving = options.TeacherCorrection is { Along: true } along ? new MovingTeacher(
            Needed(teacher), options.Precision, adamW,
            new CosineSchedule { Peak = along.RateFor(options.LearningRate), WarmupSteps = along.WarmupFor(options.Steps) }) : null;
        var cache = options is { TeacherCache: { } kept, NeedsTeacher: true } ? new TeacherCache(kept, Needed(teacher)) : null;
        var objective = new LogitObjective(options.Terms, options.NeedsTeacher ? teacher : null, states: states, moving: moving, cache: cache);
        using var trainer = new Trainer(student, objective, step => blocks.Batch(step), new TrainerOptions
        {
            Steps = options.Steps,
            StopAt = options.StopAt,
            BatchSize = options.Batch.Value,
            MicroBatch = options.MicroBatch,
            BlockLength = options.Block.Value,
            Schedule = new CosineSchedule { Peak = options.LearningRate, WarmupSteps = options.WarmupSteps },
            AdamW = adamW,
            Precision = options.Precision,
            CheckpointFolder = work,
            SaveEvery = options.SaveEvery ?? 0,
            SaveInterval = options.SaveEvery is null ? TimeSpan.FromMinutes(1) : null,
            EvaluateEvery = options.EvaluateEvery,
            Identity = identity,
        })
        {
            Evaluate = options.EvaluateEvery > 0 ? decoder => HeldOutLoss(decoder, corpus, options.Block.Value).MeanLoss : null,
        };
        var discarded = options.NeedsTeacher ? Discarded(teacher!, student, blocks, options.MicroBatch ?? options.Batch.Value) : null;
        var result = trainer.Run(Told(progress, stage), cancellation);
        return new HealingResult(result, [.. blocks.Epochs(result.Steps.Count).Select(e => new SourceEpochs(e.Name, e.Epochs))], objective.Names, discarded);
    }

    /// <summary>Loss on the held-out text in windows of a training block: 128 windows at most, about 2048 tokens at once.</summary>
    public static PerplexityResult HeldOutLoss(Decoder decoder, Corpus corpus, int window, Action<int, int>? progress = null, CancellationToken cancellation = default) =>
        Perplexity.Measure(decoder, corpus.HeldOut, new PerplexityOptions { Window = window, Windows = 128, Batch = Math.Max(1, 2048 / window) }, progress, cancellation);

    /// <summary>Refuses hidden-state options that do not fit two models, before anything is computed.</summary>
    /// <exception cref="PrunusInputException">They do not.</exception>
    public static void CheckStates(DecoderConfig teacher, DecoderConfig student, HealingOptions options, PruningPlan? plan)
    {
        if (options.HiddenStates is { } states)
        {
            Libtorch.Load();
            new HiddenStateLoss(states, teacher, student, TorchSharp.torch.CPU, Origin(plan)).Dispose();
        }
    }

    private static StudentOrigin? Origin(PruningPlan? plan) => plan is null ? null : new(plan.Hidden, plan.Layers);

    private static Decoder Needed(Decoder? teacher) =>
        teacher ?? throw new PrunusInputException("--teacher", "is missing", "hidden-state losses and teacher correction need the checkpoint to learn from");

    private static double? Discarded(Decoder teacher, Decoder student, Datasets.PackedBlocks blocks, long rows)
    {
        if (teacher.Config.VocabSize == student.Config.VocabSize)
        {
            return null;
        }

        using var scope = TorchSharp.torch.NewDisposeScope();
        var batch = TorchSharp.torch.tensor(blocks.Batch(0));
        var ids = batch.narrow(0, 0, Math.Min(rows, batch.size(0))).to(TorchSharp.torch.ScalarType.Int64).to(teacher.Device);
        return TeacherVocabulary.DiscardedMass(teacher, ids, student.Config.VocabSize);
    }

    private static Forward? Told(IProgress<ProgressUpdate>? progress, string stage) => progress is null ? null : new Forward(progress, stage);

    // Progress<T> would hand the report to another thread; a console line must not overtake the next.
    private sealed class Forward(IProgress<ProgressUpdate> progress, string stage) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) =>
            progress.Report(new ProgressUpdate(stage, value.Step, value.Steps, value.TokensPerSecond, value.Latest.Loss, MemoryUse.CurrentBytes));
    }
}
