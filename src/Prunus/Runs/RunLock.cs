using System.Globalization;

namespace Prunus.Runs;

/// <summary>
/// Keeps a second process out of a run folder. The operating system holds the lock on an open file, so a process that was killed leaves none behind;
/// the owner file beside it only tells a refused process whom to wait for.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream _stream;
    private readonly string _owner;

    private RunLock(FileStream stream, string owner)
    {
        _stream = stream;
        _owner = owner;
        AtomicFile.WriteText(owner, string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId}, started {DateTime.UtcNow:yyyy-MM-dd HH:mm:ss} UTC"));
    }

    /// <exception cref="PrunusInputException">Another process (or another user of this one) holds it.</exception>
    public static RunLock Take(string folder, string runFolder)
    {
        var owner = Path.Combine(folder, "owner");
        try
        {
            // Never deleted: a deleted lock file could be held by one process while another makes and locks a new one.
            return new RunLock(new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), owner);
        }
        catch (IOException e) when (e is not DirectoryNotFoundException and not FileNotFoundException && File.Exists(Path.Combine(folder, "lock")))
        {
            throw new PrunusInputException(runFolder, $"is in use ({OwnerText(owner)})", "wait until it ends, or choose another --out", e);
        }
    }

    public void Dispose()
    {
        File.Delete(_owner);
        _stream.Dispose();
    }

    private static string OwnerText(string owner)
    {
        try
        {
            return File.ReadAllText(owner);
        }
        catch (IOException)
        {
            return "owner unknown";
        }
    }
}
