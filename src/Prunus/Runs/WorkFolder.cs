namespace Prunus.Runs;

/// <summary>Folders of half-done work, which a repeated run goes on from: they are there whole or not at all.</summary>
public static class WorkFolder
{
    private const string Doomed = ".removed";

    /// <summary>
    /// Removes one, where there is one. It loses its name first: a run that is killed within doesn't leave half of it to go on from; what is left then goes with the next removal.
    /// </summary>
    public static void Remove(string path)
    {
        var doomed = path + Doomed;
        Delete(doomed);
        if (Directory.Exists(path))
        {
            Directory.Move(path, doomed);
            Delete(doomed);
        }
    }

    private static void Delete(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }
}
