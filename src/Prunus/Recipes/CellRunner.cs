using Prunus.Decoders;
using Prunus.Distillation;
using Prunus.Evaluation;
using Prunus.Evaluation.Tasks;
using Prunus.Pruning;
using Prunus.Runs;
using Prunus.Shrinking;
using TorchSharp;

namespace Prunus.Recipes;

/// <summary>Does cells of a recipe, one at a time: surgery, losses, training, losses. Donors and texts are read once and stay.</summary>
/// <param name="size">The recipe at a size.</param>
/// <param name="donorFolders">Checkpoints by the donors' names.</param>
/// <param name="sources">Where texts lie.</param>
/// <param name="device">Where tensors live.</param>
internal sealed class CellRunner(RecipeSize size, IReadOnlyDictionary<string, string> donorFolders, RecipeSources sources, torch.Device device) : IDisposable
{
    private const double InitialDeviation = 0.02;
    private readonly Dictionary<string, LoadedDonor> _donors = [];

    private bool OnGpu => device.type == DeviceType.CUDA;

    /// <summary>Does a cell.</summary>
    /// <param name="variant">What.</param>
    /// <param name="seed">Seed of calibration sample, random weights and data order.</param>
    /// <param name="identity">What makes the cell this one, for checkpoints.</param>
    /// <param name="work">Folder that a repeated call goes on from.</param>
    /// <param name="progress">Told the training's steps.</param>
    /// <param name="cancellation">Looked at between steps.</param>
    public CellResult Run(Variant variant, long seed, string identity, string work, IProgress<ProgressUpdate>? progress, CancellationToken cancellation)
    {
        var donor = Donor(variant.Donor);
        using var scope = torch.NewDisposeScope();
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal);
        var student = donor.Decoders[torch.ScalarType.Float32];
        HealingResult? training = null;
        HealingOptions? healing = null;
        List<(long Step, double Loss)> curve = [];
        try
        {
            for (var i = 0; i < variant.Stages.Count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                var stage = variant.Stages[i];
                healing = Cached(stage.Healing.For(OnGpu));
                var plan = Plan(student, donor, stage.Cut, seed, metrics, cancellation);
                var cut = Begin(student, plan, variant.Start, seed);
                Release(student, donor);
                student = cut;
                if (i == variant.Stages.Count - 1)
                {
                    Measure(student, donor, "before", metrics, cancellation);
                    curve = healing is { Steps: > 0, EvaluateEvery: > 0 } ? Curve(student, donor, healing, cancellation) : [];
                }

                training = healing.Steps == 0 ? null : Heal(student, variant, i, plan, donor, healing, identity, seed, work, progress, cancellation);
            }

            Finish(student, donor, training, healing!, metrics, cancellation);
        }
        finally
        {
            Release(student, donor);
        }

        curve.AddRange(training is null ? [] : training.Training.Evaluations.Select(e => ((long)e.Step, e.Value)));
        return new CellResult(metrics, curve, training is null ? 0 : (long)healing!.Batch!.Value * healing.Block!.Value);
    }

    public void Dispose()
    {
        foreach (var donor in _donors.Values)
        {
            donor.Dispose();
        }
    }

    // Of what is not just a fixed teacher's logits, nothing can be kept.
    private HealingOptions Cached(HealingOptions healing) =>
        healing is { HiddenStates: null, TeacherCorrection: null } ? healing with { TeacherCache = sources.TeacherCache } : healing;

    private static void Release(Decoder student, LoadedDonor donor)
    {
        if (!ReferenceEquals(student, donor.Decoders[torch.ScalarType.Float32]))
        {
            student.Dispose();
        }
    }

    // Only a student that was cut from its teacher in one go has channels and layers that a plan can name.
    private HealingResult Heal(
        Decoder student, Variant variant, int stage, PruningPlan plan, LoadedDonor donor, HealingOptions healing, string identity, long seed, string work,
        IProgress<ProgressUpdate>? progress, CancellationToken cancellation)
    {
        var folder = Path.Combine(work, $"stage-{stage}");
        if (variant.Teacher != variant.Donor)
        {
            TeacherVocabulary.CheckTokenizers(Donor(variant.Teacher).Tokenizer, donor.Tokenizer, variant.Teacher, "");
        }

        var known = stage == 0 && variant.Start != StudentStart.Random && variant.Teacher == variant.Donor ? plan : null;
        if (healing.TeacherCorrection is null)
        {
            return Healing.Run(student, healing.NeedsTeacher ? Teacher(variant.Teacher, healing) : null, donor.Corpus, healing, variant.Name, identity, seed, folder, progress, cancellation, known);
        }

        using var teacher = Surgery.Prune(Donor(variant.Teacher).Decoders[torch.ScalarType.Float32], new PruningPlan());
        if (!healing.TeacherCorrection.Along)
        {
            TeacherCorrection.Run(teacher, donor.Corpus, healing, identity, seed, Path.Combine(work, $"teacher-{stage}"), progress, cancellation);
        }

        return Healing.Run(student, teacher, donor.Corpus, healing, variant.Name, identity, seed, folder, progress, cancellation, known);
    }

    // Every point by the training's own evaluation, also the first and the last.
    private static List<(long Step, double Loss)> Curve(Decoder student, LoadedDonor donor, HealingOptions healing, CancellationToken cancellation)
    {
        using var noGradient = torch.no_grad();
        return [(0, Healing.HeldOutLoss(student, donor.Corpus, healing.Block!.Value, cancellation: cancellation).MeanLoss)];
    }

    private void Finish(Decoder student, LoadedDonor donor, HealingResult? training, HealingOptions healing, Dictionary<string, double> metrics, CancellationToken cancellation)
    {
        if (training is null)
        {
            foreach (var (name, value) in metrics.Where(m => m.Key.StartsWith("before", StringComparison.Ordinal)).ToList())
            {
                metrics["loss" + name["before".Length..]] = value;
            }
        }
        else
        {
            Measure(student, donor, "loss", metrics, cancellation);
        }

        Answer(student, donor, metrics, cancellation);
        var parameters = DecoderCost.Of(student.Config).Parameters;
        metrics["parameters"] = parameters;
        metrics["keep"] = (double)parameters / DecoderCost.Of(donor.Decoders[torch.ScalarType.Float32].Config).Parameters;
        metrics["tokens"] = training is null ? 0 : (double)healing.Steps * healing.Batch!.Value * healing.Block!.Value;
    }

    // The main text's loss has no name of its own.
    private void Measure(Decoder student, LoadedDonor donor, string when, Dictionary<string, double> metrics, CancellationToken cancellation)
    {
        using var noGradient = torch.no_grad();
        var options = new PerplexityOptions { Window = size.Window, Windows = size.Windows, Batch = Math.Max(1, 2048 / size.Window) };
        foreach (var (name, tokens) in donor.Evaluate)
        {
            metrics[$"{when}_{name}"] = Perplexity.Measure(student, tokens, options, cancellation: cancellation).MeanLoss;
        }

        metrics[when] = metrics[$"{when}_{size.Evaluate[0].Name}"];
    }

    private void Answer(Decoder student, LoadedDonor donor, Dictionary<string, double> metrics, CancellationToken cancellation)
    {
        // The error of a perplexity is not looked at: no samples for it.
        var options = new TaskOptions { Limit = size.TaskItems, BootstrapIterations = 0 };
        foreach (var set in donor.Tasks)
        {
            var result = TaskScorer.Score(student, donor.Tokenizer, set, options, cancellation: cancellation);
            metrics[$"accuracy_{set.Task.Id}"] = result.Metrics.Single(m => m.Metric.Id == TaskMetrics.Accuracy.Id).Value;
        }
    }

    private PruningPlan Plan(Decoder student, LoadedDonor donor, CutRequest cut, long seed, Dictionary<string, double> metrics, CancellationToken cancellation)
    {
        var plan = new PruningPlan();
        if (cut.Nothing)
        {
            return plan;
        }

        using var scope = torch.NewDisposeScope();
        var calibration = donor.Calibration(size, seed);
        if (Cutter.Options(cut, student.Config) is { } options)
        {
            plan = Pruner.Prune(student, calibration, options, seed, ct: cancellation).Plan;
        }

        if (cut.RemoveLayers.Count > 0)
        {
            var scores = ImportanceSweep.Run(student, calibration, new SweepOptions { Readings = [Reading.BlockInfluence] }, cancellation: cancellation);
            metrics["influence"] = cut.RemoveLayers.Sum(l => scores.Of(Reading.BlockInfluence.Id, student.Config.LayerCount)[l]);
        }

        return Cutter.WithoutLayers(plan, cut.RemoveLayers, student.Config);
    }

    private Decoder Begin(Decoder donor, PruningPlan plan, StudentStart start, long seed) => start == StudentStart.Random
        ? Decoder.Initialise(plan.Resulting(donor.Config), seed + 1, InitialDeviation, device, torch.ScalarType.Float32)
        : Surgery.Prune(donor, plan);

    private Decoder Teacher(string name, HealingOptions healing) =>
        Donor(name).Decoders[OnGpu && healing.Precision != Training.Precision.Float32 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32];

    private LoadedDonor Donor(string name)
    {
        if (!_donors.TryGetValue(name, out var donor))
        {
            // Outside the cell's scope: it stays.
            donor = LoadedDonor.Load(donorFolders[name], size, sources, device);
            _donors[name] = donor;
        }

        return donor;
    }
}
