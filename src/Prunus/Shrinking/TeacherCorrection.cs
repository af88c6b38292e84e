using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Runs;
using Prunus.Training;
using TorchSharp;

namespace Prunus.Shrinking;

/// <summary>
/// Tunes a teacher on the distillation text by next-token loss before a student learns from it (Sreenivas et al. 2024, arXiv 2408.11796, section 2): the text may be
/// of another kind than what the teacher was trained on. Importance may be measured on the teacher as it was.
/// </summary>
public static class TeacherCorrection
{
    /// <summary>Tunes a teacher in place by <see cref="HealingOptions.TeacherCorrection"/>.</summary>
    /// <param name="teacher">Float32 teacher; its weights change.</param>
    /// <param name="corpus">Texts.</param>
    /// <param name="healing">The distillation that follows: batch, block and precision are its.</param>
    /// <param name="identity">What else makes this training the one it is.</param>
    /// <param name="seed">Seed of the run; the order of the data is another than the student's.</param>
    /// <param name="work">Folder of the checkpoints that a repeated call resumes from; null = none.</param>
    /// <param name="progress">Told at log intervals.</param>
    /// <param name="cancellation">Looked at between steps.</param>
    public static HealingResult Run(
        Decoder teacher, Corpus corpus, HealingOptions healing, string identity, long seed, string? work, IProgress<ProgressUpdate>? progress, CancellationToken cancellation)
    {
        var options = Options(healing);
        return Healing.Run(teacher, null, corpus, options, "teacher", identity, seed + 2, work, progress, cancellation);
    }

    /// <summary>The teacher's training.</summary>
    internal static HealingOptions Options(HealingOptions healing)
    {
        var correction = healing.TeacherCorrection is { Along: false } before ? before : throw new ArgumentException("corrects no teacher before it starts", nameof(healing));
        return healing.WithoutTeacher with
        {
            Steps = correction.Steps!.Value,
            LearningRate = correction.RateFor(healing.LearningRate),
            Warmup = correction.WarmupFor(correction.Steps.Value),
            EvaluateEvery = 0,
        };
    }

    /// <summary>Writes the weights of a teacher for <see cref="Read"/>.</summary>
    internal static void Write(Decoder teacher, string path) => SafetensorsWriter.Write(path, teacher.Parameters.Select(p => TensorFile.Source(p.Key, p.Value)));

    /// <summary>Reads weights that <see cref="Write"/> left.</summary>
    /// <exception cref="PrunusInputException">They are not there, or of another model.</exception>
    internal static Decoder Read(DecoderConfig config, string path, torch.Device device, torch.ScalarType type)
    {
        if (!File.Exists(path))
        {
            throw new PrunusInputException(path, "the corrected teacher is not there any more", "repeat the command with --fresh");
        }

        using var file = SafetensorsFile.Open(path);
        return new Decoder(config, config.Parameters().ToDictionary(p => p.Name, p =>
        {
            using var scope = torch.NewDisposeScope();
            var values = torch.empty([.. p.Shape], dtype: torch.ScalarType.Float32);
            TensorFile.Read(file, p.Name, values);
            return values.to(type).to(device).DetachFromDisposeScope();
        }));
    }
}
