using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Prunus.Checkpoints;

namespace Prunus.Training;

/// <summary>
/// Folder of the states that a training resumes from: <c>step-00000400/</c> each, written under a temporary name, moved when whole;
/// older ones go only then. So a kill at any moment leaves a whole one, once there was one.
/// </summary>
internal sealed class TrainingCheckpoints
{
    private const string Format = "prunus-training/1";
    private const string Prefix = "step-";
    private const string Temporary = "partial-";
    private const int NotesLimit = 1 << 20;
    private readonly string _folder;
    private readonly string _identity;

    private readonly IReadOnlyList<TrainedGroup> _groups;

    public TrainingCheckpoints(string folder, string identity, IReadOnlyList<TrainedGroup> groups)
    {
        _folder = folder;
        _identity = identity;
        _groups = groups;
    }

    /// <summary>Writes a checkpoint, then removes the older ones.</summary>
    public void Save(MixedPrecisionAdamW optimizer, TrainingHistory history, int threads)
    {
        Directory.CreateDirectory(_folder);
        var name = Prefix + optimizer.StepCount.ToString("D8", CultureInfo.InvariantCulture);
        var partial = Path.Combine(_folder, Temporary + name);
        var final = Path.Combine(_folder, name);
        if (Directory.Exists(final))
        {
            return;
        }

        RemoveAll(Temporary);
        Directory.CreateDirectory(partial);
        SafetensorsWriter.Write(
            Path.Combine(partial, "state.safetensors"), State(optimizer).Select(s => TensorFile.Source(s.Name, s.Tensor)).Concat(HistoryFile.Sources(history)));
        var notes = new JsonObject { ["format"] = Format, ["step"] = optimizer.StepCount, ["threads"] = threads, ["identity"] = _identity };
        File.WriteAllText(Path.Combine(partial, "training.json"), notes.ToJsonString(), new UTF8Encoding(false));
        Directory.Move(partial, final);
        foreach (var older in Complete().Where(c => c.Step != optimizer.StepCount).ToList())
        {
            Remove(older.Path);
        }
    }

    /// <summary>Loads the newest checkpoint.</summary>
    /// <returns>Its thread count, or null when there is none.</returns>
    /// <exception cref="PrunusInputException">It belongs to another run, or is damaged.</exception>
    public int? Restore(MixedPrecisionAdamW optimizer, TrainingHistory history)
    {
        var newest = Complete().OrderByDescending(c => c.Step).FirstOrDefault();
        if (newest.Path is null)
        {
            return null;
        }

        var notes = Path.Combine(newest.Path, "training.json");
        var (step, threads, identity) = ReadNotes(notes);
        if (identity != _identity)
        {
            throw new PrunusInputException(_folder, "holds a checkpoint of a training with other options, data or donor", "choose another folder or delete it");
        }

        if (step != newest.Step)
        {
            throw new PrunusInputException(notes, $"names step {step} in a folder of step {newest.Step}", "delete the checkpoint folder to start anew");
        }

        using var file = SafetensorsFile.Open(Path.Combine(newest.Path, "state.safetensors"));
        foreach (var (name, tensor) in State(optimizer))
        {
            TensorFile.Read(file, name, tensor);
        }

        HistoryFile.Read(file, history, step);
        optimizer.Restored(step);
        foreach (var group in _groups)
        {
            group.Optimizer.Restored(step);
        }

        return threads;
    }

    private IEnumerable<(string Name, TorchSharp.torch.Tensor Tensor)> State(MixedPrecisionAdamW optimizer) =>
        optimizer.State().Concat(_groups.SelectMany(group => group.State()));

    private IEnumerable<(int Step, string Path)> Complete()
    {
        if (!Directory.Exists(_folder))
        {
            yield break;
        }

        foreach (var path in Directory.EnumerateDirectories(_folder, Prefix + "*"))
        {
            if (int.TryParse(Path.GetFileName(path).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var step))
            {
                yield return (step, path);
            }
        }
    }

    // A checkpoint that is half removed must not look whole.
    private void Remove(string path)
    {
        var doomed = Path.Combine(_folder, Temporary + Path.GetFileName(path));
        Directory.Move(path, doomed);
        Directory.Delete(doomed, recursive: true);
    }

    private void RemoveAll(string prefix)
    {
        foreach (var path in Directory.EnumerateDirectories(_folder, prefix + "*"))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private static (int Step, int Threads, string Identity) ReadNotes(string path)
    {
        var damaged = new PrunusInputException(path, "is no training state", "delete the checkpoint folder to start anew");
        if (!File.Exists(path) || new FileInfo(path).Length > NotesLimit)
        {
            throw damaged;
        }

        var notes = StrictJson.Object(path, File.ReadAllBytes(path), NotesLimit);
        return notes["format"] is JsonValue format && format.TryGetValue<string>(out var name) && name == Format
            && notes["step"] is JsonValue step && step.TryGetValue<int>(out var steps)
            && notes["threads"] is JsonValue threads && threads.TryGetValue<int>(out var count) && count > 0
            && notes["identity"] is JsonValue identity && identity.TryGetValue<string>(out var text)
            ? (steps, count, text)
            : throw damaged;
    }
}
