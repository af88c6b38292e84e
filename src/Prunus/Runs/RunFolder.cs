using System.Diagnostics;
using IO = System.IO;

namespace Prunus.Runs;

/// <summary>
/// The folder of one run. Repeating a run opens the same folder, and stages that are done are skipped; so a run that was cancelled or killed at any
/// moment goes on where it stood. Bookkeeping lies in <c>.prunus/</c>; everything else in the folder is the run's result.
/// </summary>
public sealed class RunFolder : IDisposable
{
    internal const string Bookkeeping = ".prunus";
    private static readonly string[] OwnFiles = [RunFile.Name, Record.FileName, RunEnvironment.FileName, Record.ReportName];
    private readonly RunLock _lock;
    private readonly StageMarkers _markers;

    private RunFolder(string path, RunIdentity identity, RunLock heldLock)
    {
        Path = path;
        Identity = identity;
        _lock = heldLock;
        _markers = new StageMarkers(IO.Path.Combine(path, Bookkeeping, "stages"));
    }

    /// <summary>Full path of the folder.</summary>
    public string Path { get; }

    public RunIdentity Identity { get; }

    /// <summary>Seconds of each stage that is done, in order of completion, also those of earlier sessions.</summary>
    public IReadOnlyDictionary<string, double> StageSeconds => _markers.Seconds();

    /// <summary>Opens the run's folder, makes it when it is not there, and locks it until disposed.</summary>
    /// <param name="identity">The run.</param>
    /// <param name="explicitPath">The folder to use, from <c>--out</c>; null for <paramref name="root"/>/<c>slug-hash</c>.</param>
    /// <param name="root">Where folders without an explicit path go. The default is <c>runs</c>.</param>
    /// <param name="fresh">Drops what an earlier run left in the folder, also one with other options.</param>
    /// <exception cref="PrunusInputException">The folder holds another run, holds files but no run, or is in use.</exception>
    public static RunFolder Open(RunIdentity identity, string? explicitPath = null, string root = "runs", bool fresh = false)
    {
        var shown = explicitPath ?? IO.Path.Combine(root, identity.Name);
        var path = IO.Path.GetFullPath(shown);
        if (File.Exists(path))
        {
            throw new PrunusInputException(shown, "is a file, not a folder", "choose another --out");
        }

        var bookkeeping = IO.Path.Combine(path, Bookkeeping);
        if (!Directory.Exists(bookkeeping) && Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any() && !File.Exists(IO.Path.Combine(path, RunFile.Name)))
        {
            throw new PrunusInputException(shown, "holds files, but no run", "choose an empty or new folder as --out");
        }

        try
        {
            Directory.CreateDirectory(bookkeeping);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PrunusInputException(shown, "cannot be made: " + e.Message.Split(':')[0].Split('\n')[0].Trim().TrimEnd('.'), "choose another --out", e);
        }

        var held = RunLock.Take(bookkeeping, shown);
        try
        {
            var folder = new RunFolder(path, identity, held);
            folder.Claim(shown, fresh);
            return folder;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Path of a file of the run, such as <c>plan.json</c>.</summary>
    public string PathOf(string name) => IO.Path.Combine(Path, name);

    /// <summary>Whether a stage has been done, in this session or an earlier one.</summary>
    public bool StageDone(string name) => _markers.Done(name);

    /// <summary>Names of what a done stage left in the folder and is not there any more.</summary>
    public IReadOnlyList<string> Lost(string stage) => [.. _markers.Outputs(stage).Where(o => !IO.Path.Exists(PathOf(o)))];

    /// <summary>
    /// Does a stage unless it is done. <paramref name="produce"/> gets an empty scratch folder; what it leaves there is moved into the run folder
    /// once it returns, and only then is the stage done.
    /// </summary>
    /// <returns>Whether the stage was done now (false: it had been before).</returns>
    public bool Stage(string name, Action<string> produce)
    {
        if (StageDone(name))
        {
            return false;
        }

        var scratch = IO.Path.Combine(Path, Bookkeeping, "scratch");
        DeleteFolder(scratch);
        Directory.CreateDirectory(scratch);
        var clock = Stopwatch.StartNew();
        produce(scratch);
        var outputs = MoveInto(scratch);
        _markers.Mark(name, outputs, clock.Elapsed.TotalSeconds);
        DeleteFolder(WorkPath(name, create: false));
        return true;
    }

    /// <summary>A folder that lasts until its stage is done: where training keeps the checkpoints it resumes from.</summary>
    public string WorkPath(string stage) => WorkPath(stage, create: true);

    public void Dispose() => _lock.Dispose();

    private string WorkPath(string stage, bool create)
    {
        var path = IO.Path.Combine(Path, Bookkeeping, "work", stage);
        return create ? Directory.CreateDirectory(path).FullName : path;
    }

    private void Claim(string shown, bool fresh)
    {
        // A process that was killed while it wrote one of these left the unfinished file beside it.
        foreach (var leftover in OwnFiles.SelectMany(name => Directory.EnumerateFiles(Path, name + ".tmp-*")).ToList())
        {
            File.Delete(leftover);
        }

        var runFile = PathOf(RunFile.Name);
        var there = File.Exists(runFile) && !fresh ? RunFile.Read(runFile) : null;
        if (there is not null && Identity.DifferenceFrom(there) is { } difference)
        {
            throw new PrunusInputException(shown, $"holds another run: {difference}", "choose another --out, or --fresh to replace it");
        }

        if (there is null)
        {
            // Stages without a run.json belong to a run whose start was interrupted, or to one that --fresh drops.
            _markers.DropDamaged();
            Clear();
            RunFile.Write(runFile, Identity);
        }

        // One that was killed as it removed a done stage's working folder left some of it.
        foreach (var stage in StageSeconds.Keys)
        {
            DeleteFolder(WorkPath(stage, create: false));
        }
    }

    // Removes what stages left and nothing else: the folder may be the user's own.
    private void Clear()
    {
        foreach (var output in _markers.Outputs().Concat(OwnFiles))
        {
            var path = PathOf(output);
            DeleteFolder(path);
            File.Delete(path);
        }

        foreach (var folder in (string[])["stages", "scratch", "work"])
        {
            DeleteFolder(IO.Path.Combine(Path, Bookkeeping, folder));
        }
    }

    private List<string> MoveInto(string scratch)
    {
        var outputs = new List<string>();
        foreach (var entry in Directory.EnumerateFileSystemEntries(scratch).Order(StringComparer.Ordinal))
        {
            var name = IO.Path.GetFileName(entry);
            var target = PathOf(name);
            DeleteFolder(target);
            if (Directory.Exists(entry))
            {
                Directory.Move(entry, target);
            }
            else
            {
                File.Move(entry, target, overwrite: true);
            }

            outputs.Add(name);
        }

        return outputs;
    }

    private static void DeleteFolder(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }
}
