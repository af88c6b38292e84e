namespace Prunus.Checkpoints;

/// <summary>Picks the reader for a path.</summary>
internal static class CheckpointFormats
{
    public static Checkpoint Open(string path) => throw new PrunusInputException(path, "no reader yet", "wait");
}
