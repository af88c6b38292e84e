using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Evaluation;
using Prunus.Pruning;
using Prunus.Runs;
using Prunus.Tokenizers;
using TorchSharp;

namespace Prunus.Shrinking;

/// <summary>
/// The whole job in a folder that resumes: measure the donor, score, plan, prune, distil, measure, write (Muralidharan et al. 2024, figure 1).
/// The folder itself becomes the small checkpoint.
/// </summary>
public sealed class ShrinkRun : IDisposable
{
    private readonly ShrinkOptions _options;
    private readonly Checkpoint _checkpoint;
    private readonly RunFolder _folder;
    private readonly torch.Device _device;
    private readonly Tokenizer _tokenizer;
    private readonly Corpus _corpus;
    private readonly DonorDecoders _donor;
    private readonly HealingOptions _healing;
    private readonly int[] _prompt;
    private readonly IProgress<ProgressUpdate>? _progress;

    /// <summary>Reads configuration and texts; weights wait until a stage needs them.</summary>
    /// <param name="options">The job.</param>
    /// <param name="checkpoint">The donor, opened. Not owned.</param>
    /// <param name="folder">The run's folder. Not owned.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="progress">Told where the job stands.</param>
    /// <exception cref="PrunusInputException">An option, a text or the donor's configuration cannot be used.</exception>
    public ShrinkRun(ShrinkOptions options, Checkpoint checkpoint, RunFolder folder, torch.Device device, IProgress<ProgressUpdate>? progress = null)
    {
        options.Validate();
        (_options, _checkpoint, _folder, _device, _progress) = (options, checkpoint, folder, device, progress);
        _tokenizer = Tokenizer.FromFiles(checkpoint.CarriedFiles, checkpoint.Location);
        _corpus = Corpus.Read(options.Corpus, _tokenizer);
        _corpus.CheckVocabulary(DecoderConfig.FromHuggingFace(checkpoint.Config, checkpoint.Location).VocabSize, checkpoint.Location);
        _healing = options.Healing.For(OnGpu);
        if (_healing.Steps > 0)
        {
            // A text or batch too small must show before minutes of scoring.
            _corpus.Blocks(_healing.Batch!.Value, _healing.Block!.Value, options.Seed);
        }

        _donor = new DonorDecoders(checkpoint, device);
        _prompt = options.SamplePrompt is { } text ? _tokenizer.Encode(text, parseSpecial: true, addSpecial: false) : _corpus.HeldOut[..Math.Min(12, _corpus.HeldOut.Length)];
    }

    /// <summary>Calibration sequences that the texts give of those asked for; null where none are needed.</summary>
    public long? CalibrationSequences => _options.PlanFile is null && _options.Prune.NeedsCalibration
        ? Math.Min(_options.CalibrationSequences, _corpus.Sequences(_options.CalibrationLength)) : null;

    private bool OnGpu => _device.type == DeviceType.CUDA;

    /// <summary>Identity of a run, for <see cref="RunFolder.Open"/>.</summary>
    /// <exception cref="PrunusInputException">An option is out of range, or a text or the plan is not there.</exception>
    public static RunIdentity Identity(ShrinkOptions options, Checkpoint checkpoint, torch.Device device)
    {
        options.Validate();
        return new RunIdentity("shrink", options.ToJson(checkpoint.Fingerprint, device.type == DeviceType.CUDA ? "cuda" : "cpu"));
    }

    /// <summary>Does what is not done yet and returns the record (also written to the folder).</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the same call goes on.</exception>
    public Record Run(CancellationToken cancellation = default)
    {
        var donor = DecoderConfig.FromHuggingFace(_checkpoint.Config, _checkpoint.Location);
        Stage("donor", scratch => Measure("donor", _donor[torch.ScalarType.Float32], null, cancellation).Write(Path.Combine(scratch, "donor.json")));
        cancellation.ThrowIfCancellationRequested();
        Stage("plan", scratch => MakePlan(donor, scratch, cancellation));
        var plan = PruningPlan.Read(_folder.PathOf("plan.json"));
        plan.CheckDonor(_checkpoint.Fingerprint, _checkpoint.Location);
        Healing.CheckStates(donor, plan.Resulting(donor), _healing, plan);
        cancellation.ThrowIfCancellationRequested();
        Stage("pruned", scratch =>
        {
            using var pruned = Surgery.Prune(_donor[torch.ScalarType.Float32], plan);
            Measure("pruned", pruned, null, cancellation).Write(Path.Combine(scratch, "pruned.json"));
        });
        var corrected = _healing is { TeacherCorrection: not null, Steps: > 0 } ? new CorrectedTeacher(
            _checkpoint, _healing, _folder, "distill", _device, (name, teacher, training) => Measure(name, teacher, training, cancellation)) : null;
        corrected?.Correct(_corpus, _options.Seed, _progress, cancellation);
        cancellation.ThrowIfCancellationRequested();
        Stage("distill", scratch =>
        {
            using var student = Surgery.Prune(_donor[torch.ScalarType.Float32], plan);
            using var teacher = corrected?.Open(TeacherType(_healing));
            var measured = Train("distill", "distilled", student, teacher, _healing, plan, cancellation);
            measured.Write(Path.Combine(scratch, "distilled.json"));
            Write(student, measured, scratch);
            if (teacher is not null)
            {
                corrected!.Finish(teacher, scratch);
            }
        });
        if (_options.CompareWithScratch)
        {
            Stage("scratch", scratch =>
            {
                using var student = Decoder.Initialise(plan.Resulting(donor), _options.Seed + 1, 0.02, _device, torch.ScalarType.Float32);
                Train("scratch", "from scratch", student, null, _healing.WithoutTeacher, null, cancellation).Write(Path.Combine(scratch, "scratch.json"));
            });
        }

        var models = Measured("donor", "pruned", "distill", "scratch", CorrectedTeacher.Stage).ToArray();
        var record = ShrinkRecord.Make(_options, _folder.Identity, donor, plan, models, _tokenizer.Decode(_prompt), _healing);
        RecordJson.Write(_folder.Path, record);
        return record;
    }

    /// <summary>Tokens per second of donor and student, measured now: a fact of this machine, not of the run.</summary>
    public IReadOnlyList<Subject> Speed(ThroughputOptions options, CancellationToken cancellation = default)
    {
        using var checkpoint = Checkpoint.Open(_folder.Path);
        using var student = Decoder.Load(checkpoint, _device, torch.ScalarType.Float32);
        return [.. new[] { ("donor", _donor[torch.ScalarType.Float32]), ("distilled", student) }.Select(m =>
        {
            var speed = Throughput.Measure(m.Item2, options, cancellation);
            return new Subject(m.Item1, new OrderedDictionary<string, double>
            {
                ["prefill_tokens_per_second"] = speed.Prefill.Median,
                ["prefill_least_tokens_per_second"] = speed.Prefill.Least,
                ["prefill_most_tokens_per_second"] = speed.Prefill.Most,
                ["decode_tokens_per_second"] = speed.Decode.Median,
                ["decode_least_tokens_per_second"] = speed.Decode.Least,
                ["decode_most_tokens_per_second"] = speed.Decode.Most,
            });
        })];
    }

    public void Dispose() => _donor.Dispose();

    private void Stage(string name, Action<string> produce)
    {
        _progress?.Report(new ProgressUpdate(name, 0, 0));
        _folder.Stage(name, produce);
    }

    private void MakePlan(DecoderConfig donor, string scratch, CancellationToken cancellation)
    {
        if (_options.PlanFile is { } file)
        {
            var given = PruningPlan.Read(file);
            given.CheckDonor(_checkpoint.Fingerprint, _checkpoint.Location);
            given.Resolve(donor);
            if (given.Vocab is not null)
            {
                throw new PrunusInputException(file, "cuts the vocabulary, but texts and teacher keep the donor's tokens", "cut it with `prunus prune` first and shrink the result");
            }

            given.Write(Path.Combine(scratch, "plan.json"));
            return;
        }

        // Not read at all by methods that need none.
        var calibration = _options.Prune.NeedsCalibration ? _corpus.Calibration(_options.CalibrationSequences, _options.CalibrationLength, OnGpu ? 16 : 4) : [];
        try
        {
            var result = Pruner.Prune(_donor[torch.ScalarType.Float32], calibration, _options.Prune, _options.Seed, _progress, cancellation).For(_checkpoint.Fingerprint);
            ScoresFile.Write(result.Scores, Path.Combine(scratch, "scores.safetensors"));
            result.Plan.Write(Path.Combine(scratch, "plan.json"));
        }
        finally
        {
            foreach (var batch in calibration)
            {
                batch.Dispose();
            }
        }
    }

    private ModelMeasures Train(string stage, string name, Decoder student, Decoder? corrected, HealingOptions healing, PruningPlan? plan, CancellationToken cancellation)
    {
        var result = healing.Steps == 0 ? null : Healing.Run(
            student, healing.NeedsTeacher ? corrected ?? _donor[TeacherType(healing)] : null, _corpus, healing, stage, _folder.Identity.Hash, _options.Seed, _folder.WorkPath(stage), _progress, cancellation, plan);
        return Measure(name, student, result, cancellation);
    }

    private torch.ScalarType TeacherType(HealingOptions healing) =>
        OnGpu && healing.Precision != Training.Precision.Float32 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;

    private ModelMeasures Measure(string name, Decoder decoder, HealingResult? training, CancellationToken cancellation)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        return ModelMeasures.Of(
            name, decoder, _corpus, _tokenizer, _prompt, _healing.Block!.Value, training,
            (done, all) => _progress?.Report(new ProgressUpdate(name, done, all)), cancellation);
    }

    // Not the folder's name: the same run in another folder leaves the same bytes.
    private string Title => $"{Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(_checkpoint.Location))}, pruned and distilled";

    // The run folder is the checkpoint: its files lie beside plan, record and report.
    private void Write(Decoder student, ModelMeasures distilled, string scratch)
    {
        var folder = Path.Combine(scratch, "checkpoint");
        var type = _options.WriteAs ?? StudentCheckpoint.TypeLike(new CheckpointWeights(_checkpoint).StoredAs);
        StudentCheckpoint.Write(folder, _checkpoint, student.Config, p => DecoderValues.Read(student, p), type, ["pruned", "distilled", "prunus"], ShrinkCard.Sections(_options, [.. Measured("donor", "pruned"), distilled], _healing), Title);
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            File.Move(file, Path.Combine(scratch, Path.GetFileName(file)));
        }

        Directory.Delete(folder);
    }

    private IEnumerable<ModelMeasures> Measured(params string[] stages) =>
        stages.Select(s => (Stage: s, Path: _folder.PathOf(s == "distill" ? "distilled.json" : s + ".json")))
            .Where(s => s.Stage == CorrectedTeacher.Stage ? File.Exists(s.Path) : _folder.StageDone(s.Stage)).Select(s => ModelMeasures.Read(s.Path));
}
