using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Pruning;
using Prunus.Runs;
using TorchSharp;

namespace Prunus.Shrinking;

/// <summary>
/// The teacher of a run that corrects it: a stage of its own before the student's, or a part of the student's. Its weights lie in the work folder of the student's stage,
/// so they last until that is done.
/// </summary>
/// <param name="checkpoint">The teacher as it was.</param>
/// <param name="healing">The distillation, with what the device decides filled in.</param>
/// <param name="folder">The run.</param>
/// <param name="stage">Stage of the student's training.</param>
/// <param name="device">Where to compute.</param>
/// <param name="measure">Measures it.</param>
internal sealed class CorrectedTeacher(
    Checkpoint checkpoint, HealingOptions healing, RunFolder folder, string stage, torch.Device device, Func<string, Decoder, HealingResult?, ModelMeasures> measure)
{
    /// <summary>Stage of the correction; <c>teacher.json</c> has its measures.</summary>
    public const string Stage = "teacher";

    private const string Name = "corrected teacher";

    private readonly TeacherCorrectionOptions _options = healing.TeacherCorrection!;

    /// <summary>Tunes it before the student's training; does nothing where it is tuned along.</summary>
    public void Correct(Corpus corpus, long seed, IProgress<ProgressUpdate>? progress, CancellationToken cancellation)
    {
        if (_options.Along || folder.StageDone(stage))
        {
            return;
        }

        folder.Stage(Stage, scratch =>
        {
            using var teacher = Decoder.Load(checkpoint, device, torch.ScalarType.Float32);
            var training = TeacherCorrection.Run(teacher, corpus, healing, folder.Identity.Hash, seed, folder.WorkPath(Stage), progress, cancellation);
            Leave(teacher, training, scratch);
            TeacherCorrection.Write(teacher, Weights);
        });
    }

    /// <summary>What the student learns from, owned by the caller: float32 where it is tuned along.</summary>
    /// <param name="type">Type of a teacher that stays as it is.</param>
    public Decoder Open(torch.ScalarType type) => _options.Along
        ? Decoder.Load(checkpoint, device, torch.ScalarType.Float32)
        : TeacherCorrection.Read(DecoderConfig.FromHuggingFace(checkpoint.Config, checkpoint.Location), Weights, device, type);

    /// <summary>Leaves what is to be left of a teacher that was tuned along.</summary>
    public void Finish(Decoder teacher, string scratch)
    {
        if (_options.Along)
        {
            Leave(teacher, null, scratch);
        }
    }

    private string Weights => Path.Combine(folder.WorkPath(stage), "teacher.safetensors");

    private void Leave(Decoder teacher, HealingResult? training, string scratch)
    {
        measure(Name, teacher, training).Write(Path.Combine(scratch, Stage + ".json"));
        if (_options.Keep)
        {
            var title = $"{Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(checkpoint.Location))}, corrected";
            StudentCheckpoint.Write(
                Path.Combine(scratch, Stage), checkpoint, teacher.Config, p => DecoderValues.Read(teacher, p),
                StudentCheckpoint.TypeLike(new CheckpointWeights(checkpoint).StoredAs), ["prunus"], title: title);
        }
    }
}
