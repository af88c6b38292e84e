using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Prunus.Datasets;

/// <summary>Reads texts: plain (.txt and any other name), gzip (.gz) or Brotli (.br); UTF-8 throughout, a byte order mark at the start is left out.</summary>
public static class TextFile
{
    /// <summary>The most bytes a file may hold once unpacked: what one string can take.</summary>
    public const int LargestText = 1 << 30;

    /// <summary>The whole file as one string.</summary>
    /// <exception cref="PrunusInputException">It cannot be read, is no UTF-8 (the message tells where), too large, or a .jsonl.</exception>
    public static string ReadAll(string path) => IsDocuments(path)
        ? throw new PrunusInputException(path, "holds documents, not one text", "give a .txt, .gz or .br file")
        : Decode(Unpack(path), path);

    /// <summary>The documents of a .jsonl, .jsonl.gz or .jsonl.br file, the field <c>text</c> of each line; any other file is one document.</summary>
    /// <exception cref="PrunusInputException">As <see cref="ReadAll"/>, or a line is no object with a string <c>text</c>.</exception>
    public static IReadOnlyList<string> ReadDocuments(string path)
    {
        if (!IsDocuments(path))
        {
            return [ReadAll(path)];
        }

        return [.. ReadLines(path).Select(line => ReadLine(line.Text, line.Subject))];
    }

    /// <summary>The lines of a file (also .gz or .br) that are not blank, with their 0-based place and what to call them in a message.</summary>
    /// <exception cref="PrunusInputException">The file cannot be read, is no UTF-8, or too large.</exception>
    public static IReadOnlyList<(int Index, string Text, string Subject)> ReadLines(string path)
    {
        var lines = Decode(Unpack(path), path).Split('\n');
        return [.. lines.Index().Where(line => !string.IsNullOrWhiteSpace(line.Item))
            .Select(line => (line.Index, line.Item, $"{path} (line {(line.Index + 1).ToString(CultureInfo.InvariantCulture)})"))];
    }

    private static string ReadLine(string line, string subject)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String)
            {
                return text.GetString()!;
            }
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException)
        {
            throw new PrunusInputException(subject, "is no JSON", "write one JSON object a line", cause);
        }

        throw new PrunusInputException(subject, "has no string 'text'", "write one JSON object with 'text' a line");
    }

    private static bool IsDocuments(string path)
    {
        var name = Path.GetFileName(path);
        var bare = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".br", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
        return bare.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase);
    }

    private static byte[] Unpack(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using Stream stream = Path.GetExtension(path).ToLowerInvariant() switch
            {
                ".gz" => new GZipStream(file, CompressionMode.Decompress),
                ".br" => new BrotliStream(file, CompressionMode.Decompress),
                _ => file,
            };
            using var bytes = new MemoryStream();
            var buffer = new byte[1 << 16];
            while (stream.Read(buffer) is > 0 and var count)
            {
                if (bytes.Length + count > LargestText)
                {
                    throw new PrunusInputException(path, "holds more than 1 GiB of text", "cut it into several files");
                }

                bytes.Write(buffer, 0, count);
            }

            return bytes.ToArray();
        }
        catch (Exception cause) when (cause is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PrunusInputException(path, "does not exist", "check the path", cause);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException)
        {
            throw new PrunusInputException(path, "cannot be read (" + cause.Message + ")", "check the file", cause);
        }
    }

    private static string Decode(ReadOnlySpan<byte> bytes, string path)
    {
        bytes = bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var consumed) == System.Buffers.OperationStatus.Done)
        {
            at += consumed;
        }

        throw new PrunusInputException(
            path, $"is no UTF-8: byte {at} (line {bytes[..at].Count((byte)'\n') + 1}) is the first that is wrong", "convert the file to UTF-8");
    }
}
