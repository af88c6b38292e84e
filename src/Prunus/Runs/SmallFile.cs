namespace Prunus.Runs;

/// <summary>Reads files that are small when they are what they should be.</summary>
internal static class SmallFile
{
    /// <exception cref="PrunusInputException">The file does not exist, is a folder, or is larger than <paramref name="limit"/> bytes.</exception>
    public static byte[] Read(string path, int limit)
    {
        if (Directory.Exists(path))
        {
            throw new PrunusInputException(path, "is a folder", "name a file in it");
        }

        if (!File.Exists(path))
        {
            throw new PrunusInputException(path, "does not exist", "check the path");
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        if (stream.Length > limit)
        {
            throw new PrunusInputException(path, $"has {stream.Length} bytes, more than the {limit} such a file may have", "check that it is the right file");
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
