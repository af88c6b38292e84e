using System.IO.Compression;
using System.Security.Cryptography;

namespace Prunus.Datasets.Images;

/// <summary>A file of a data set in memory, unpacked when its name ends in .gz.</summary>
/// <param name="Path">Where it was read from; named in messages.</param>
/// <param name="Bytes">What it holds, unpacked.</param>
/// <param name="PackedMd5">MD5 of the file as it lies on disk, in lower-case hex; null when it isn't packed.</param>
public sealed record ImageFileContent(string Path, byte[] Bytes, string? PackedMd5 = null)
{
    /// <summary>The most bytes a file may hold once unpacked.</summary>
    public const int Largest = 1 << 30;

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="PrunusInputException">It cannot be read, is damaged, or holds more than 1 GiB.</exception>
    public static ImageFileContent Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > Largest)
            {
                throw TooLarge(path);
            }

            var stored = new byte[file.Length];
            file.ReadExactly(stored);
            return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new(path, Unpack(path, stored), Md5(stored)) : new(path, stored);
        }
        catch (Exception cause) when (cause is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PrunusInputException(path, "does not exist", "check the path", cause);
        }
        catch (InvalidDataException cause)
        {
            // .NET tells of a damaged stream as of a method of compression that it doesn't know.
            throw new PrunusInputException(path, "is damaged: it does not unpack", "get the file again", cause);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new PrunusInputException(path, "cannot be read (" + cause.Message + ")", "get the file again", cause);
        }
    }

    /// <summary>Lower-case hex of the MD5 of bytes. The published checksums of these sets are MD5; they tell damage, not malice.</summary>
#pragma warning disable CA5351
    public static string Md5(byte[] bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));
#pragma warning restore CA5351

    private static byte[] Unpack(string path, byte[] stored)
    {
        using var packed = new GZipStream(new MemoryStream(stored), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        var buffer = new byte[1 << 16];
        while (packed.Read(buffer) is > 0 and var count)
        {
            if (bytes.Length + count > Largest)
            {
                throw TooLarge(path);
            }

            bytes.Write(buffer, 0, count);
        }

        return bytes.ToArray();
    }

    private static PrunusInputException TooLarge(string path) => new(path, "holds more than 1 GiB", "check that it is the right file");
}
