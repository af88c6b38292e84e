using System.Text;
using System.Text.Json;

namespace Prunus.Cli;

/// <summary>JSON lines in and out.</summary>
internal static class JsonLines
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The lines of a file that are not blank.</summary>
    /// <exception cref="PrunusInputException">The file does not exist, or a line is no JSON object.</exception>
    public static IEnumerable<JsonLine> Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new PrunusInputException(path, "does not exist", "check the path");
        }

        using var reader = new StreamReader(path, Strict);
        for (var number = 1; ; number++)
        {
            var subject = $"{path}, line {number}";
            if (Next(reader, subject) is not { } line)
            {
                yield break;
            }

            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return JsonLine.Parse(subject, line);
            }
        }
    }

    /// <summary><c>{"ids":[1,2]}</c></summary>
    public static string IdsLine(IReadOnlyList<int> ids) => $"{{\"ids\":[{string.Join(',', ids)}]}}";

    /// <summary><c>{"text":"…"}</c>, ASCII.</summary>
    public static string TextLine(string text) => $"{{\"text\":{JsonSerializer.Serialize(text)}}}";

    private static string? Next(StreamReader reader, string subject)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (DecoderFallbackException e)
        {
            throw new PrunusInputException(subject, "is not UTF-8", "save the file as UTF-8", e);
        }
    }
}

/// <summary>One line's object.</summary>
internal sealed class JsonLine
{
    private readonly string _subject;
    private readonly JsonElement _root;

    private JsonLine(string subject, JsonElement root) => (_subject, _root) = (subject, root);

    public static JsonLine Parse(string subject, string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new(subject, document.RootElement.Clone())
                : throw new PrunusInputException(subject, "is not a JSON object", "write one object on each line");
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new PrunusInputException(subject, "is not JSON", "write one object on each line", e);
        }
    }

    public string Text(string key)
    {
        try
        {
            return _root.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Lacks(key, "a string");
        }
        catch (InvalidOperationException e)
        {
            throw new PrunusInputException(_subject, $"'{key}' holds half a surrogate pair", "correct the escape", e);
        }
    }

    public int[] Ids(string key)
    {
        if (!_root.TryGetProperty(key, out var value) || value.ValueKind != JsonValueKind.Array)
        {
            throw Lacks(key, "an array of token ids");
        }

        return [.. value.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Number && e.TryGetInt32(out var id) ? id : throw Lacks(key, "an array of token ids"))];
    }

    private PrunusInputException Lacks(string key, string kind) => new(_subject, $"has no '{key}' that is {kind}", $"give each line {kind} named '{key}'");
}
