using System.Security.Cryptography;

namespace Prunus.Datasets.Images;

/// <summary>A file of a data set, on disk under its name or with .gz after it.</summary>
/// <param name="Name">File name, unpacked.</param>
/// <param name="Hash">MD5 (32 digits) or SHA-256 (64 digits) of the unpacked file in lower-case hex, where it is known.</param>
/// <param name="PackedMd5">MD5 of the .gz its authors publish. Another packing of the same bytes has another one, so only agreement tells something.</param>
public sealed record ImageSetFile(string Name, string? Hash = null, string? PackedMd5 = null)
{
    /// <summary>Bytes of the unpacked file, where no hash is known; null to leave it.</summary>
    public long? Length { get; init; }

    /// <summary>Path of the file in a folder, or null.</summary>
    public string? In(string folder) => new[] { Name, Name + ".gz" }.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Compares a file with what is known of it: true when a hash agrees, false when nothing is known that could.</summary>
    /// <exception cref="PrunusInputException">The known hash is another one, or the length.</exception>
    public bool Verify(ImageFileContent content)
    {
        if (PackedMd5 is not null && content.PackedMd5 == PackedMd5)
        {
            return true;
        }

        if (Length is { } length && content.Bytes.Length != length)
        {
            throw new PrunusInputException(content.Path, $"has {content.Bytes.Length} bytes, and the right file has {length}", "get the file again");
        }

        if (Hash is null)
        {
            return false;
        }

        var found = Hash.Length == 32 ? ImageFileContent.Md5(content.Bytes) : Convert.ToHexStringLower(SHA256.HashData(content.Bytes));
        return found == Hash ? true : throw new PrunusInputException(
            content.Path, $"has the {(Hash.Length == 32 ? "MD5" : "SHA-256")} {found}, and the right file has {Hash}", "get the file again");
    }
}
