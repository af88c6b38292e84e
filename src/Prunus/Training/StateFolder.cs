using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Prunus.Checkpoints;

namespace Prunus.Training;

/// <summary>
/// Folder of the states that a training resumes from: <c>step-00000400/</c> each, written under a temporary name, moved when whole;
/// older ones go only then. So a kill at any moment leaves a whole one, once there was one.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="format">Name and version of the form of its states.</param>
/// <param name="identity">What makes this run the one it is: a state of another identity is refused.</param>
internal sealed class StateFolder(string folder, string format, string identity)
{
    private const string Prefix = "step-", Temporary = "partial-", NotesName = "training.json", TensorsName = "state.safetensors";
    private const int NotesLimit = 1 << 20;

    /// <summary>Writes a state, then removes the older ones. One that is there already is left.</summary>
    public void Save(int step, int threads, IEnumerable<TensorSource> tensors)
    {
        Directory.CreateDirectory(folder);
        var name = Prefix + step.ToString("D8", CultureInfo.InvariantCulture);
        var partial = Path.Combine(folder, Temporary + name);
        var final = Path.Combine(folder, name);
        if (Directory.Exists(final))
        {
            return;
        }

        RemoveAll(Temporary);
        Directory.CreateDirectory(partial);
        SafetensorsWriter.Write(Path.Combine(partial, TensorsName), tensors);
        var notes = new JsonObject { ["format"] = format, ["step"] = step, ["threads"] = threads, ["identity"] = identity };
        File.WriteAllText(Path.Combine(partial, NotesName), notes.ToJsonString(), new UTF8Encoding(false));
        Directory.Move(partial, final);
        foreach (var older in Complete().Where(c => c.Step != step).ToList())
        {
            Remove(older.Path);
        }
    }

    /// <summary>The newest state: its step, thread count and file of tensors. Null when there is none.</summary>
    /// <exception cref="PrunusInputException">It belongs to another run, or is damaged.</exception>
    public (int Step, int Threads, string Tensors)? Newest()
    {
        var newest = Complete().OrderByDescending(c => c.Step).FirstOrDefault();
        if (newest.Path is null)
        {
            return null;
        }

        var notes = Path.Combine(newest.Path, NotesName);
        var (step, threads, itsIdentity) = ReadNotes(notes);
        if (itsIdentity != identity)
        {
            throw new PrunusInputException(folder, "holds a checkpoint of a training with other options, data or donor", "choose another folder or delete it");
        }

        return step == newest.Step ? (step, threads, Path.Combine(newest.Path, TensorsName))
            : throw new PrunusInputException(notes, $"names step {step} in a folder of step {newest.Step}", "delete the checkpoint folder to start anew");
    }

    private IEnumerable<(int Step, string Path)> Complete()
    {
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        foreach (var path in Directory.EnumerateDirectories(folder, Prefix + "*"))
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
        var doomed = Path.Combine(folder, Temporary + Path.GetFileName(path));
        Directory.Move(path, doomed);
        Directory.Delete(doomed, recursive: true);
    }

    private void RemoveAll(string prefix)
    {
        foreach (var path in Directory.EnumerateDirectories(folder, prefix + "*"))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private (int Step, int Threads, string Identity) ReadNotes(string path)
    {
        var damaged = new PrunusInputException(path, "is no training state", "delete the checkpoint folder to start anew");
        if (!File.Exists(path) || new FileInfo(path).Length > NotesLimit)
        {
            throw damaged;
        }

        var notes = StrictJson.Object(path, File.ReadAllBytes(path), NotesLimit);
        return notes["format"] is JsonValue name && name.TryGetValue<string>(out var form) && form == format
            && notes["step"] is JsonValue step && step.TryGetValue<int>(out var steps)
            && notes["threads"] is JsonValue threads && threads.TryGetValue<int>(out var count) && count > 0
            && notes["identity"] is JsonValue who && who.TryGetValue<string>(out var text)
            ? (steps, count, text)
            : throw damaged;
    }
}
