using System.Security.Cryptography;
using System.Text;

namespace Prunus.Runs;

/// <summary>Short names for content: the first digits of its SHA-256, hexadecimal and lower-case.</summary>
public static class ContentHash
{
    /// <summary>Digits where nothing else is asked for.</summary>
    public const int Digits = 16;

    /// <summary>Of bytes.</summary>
    /// <param name="bytes">The content.</param>
    /// <param name="digits">1 to 64.</param>
    public static string Of(ReadOnlySpan<byte> bytes, int digits = Digits) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..digits];

    /// <summary>Of a text's UTF-8.</summary>
    public static string Of(string text, int digits = Digits) => Of(Encoding.UTF8.GetBytes(text), digits);

    /// <summary>Of a file, which is read piece by piece.</summary>
    public static string OfFile(string path, int digits = Digits)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream))[..digits];
    }
}
