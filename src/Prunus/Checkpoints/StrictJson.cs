using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Prunus.Checkpoints;

/// <summary>Parses JSON files that others wrote: valid UTF-8, no duplicate keys, bounded size and depth, no lazy surprises later.</summary>
internal static class StrictJson
{
    /// <summary>config.json and its like.</summary>
    public const int ConfigLimit = 16 << 20;

    /// <summary>Indexes of sharded checkpoints: one line per tensor.</summary>
    public const int IndexLimit = 64 << 20;

    /// <summary>tokenizer.json, vocab.json.</summary>
    public const int TokenizerLimit = 256 << 20;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <summary>Parses a document whose root is an object.</summary>
    /// <exception cref="PrunusInputException">It is too long, no JSON, not an object, or holds a key twice.</exception>
    public static JsonObject Object(string subject, ReadOnlySpan<byte> bytes, int limit)
    {
        Check(subject, bytes, limit);
        try
        {
            var root = JsonNode.Parse(bytes, documentOptions: Options);
            Materialise(root);
            return root as JsonObject ?? throw new PrunusInputException(subject, "is not a JSON object", "check that it is the right file");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw Broken(subject, e);
        }
    }

    /// <summary>Checks a document that is carried along unread.</summary>
    /// <exception cref="PrunusInputException">As <see cref="Object"/>, but the root may be any value.</exception>
    public static void Validate(string subject, ReadOnlyMemory<byte> bytes, int limit)
    {
        Check(subject, bytes.Span, limit);
        try
        {
            using var document = JsonDocument.Parse(bytes, Options);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Broken(subject, e);
        }
    }

    private static void Check(string subject, ReadOnlySpan<byte> bytes, int limit)
    {
        if (bytes.Length > limit)
        {
            throw new PrunusInputException(subject, $"has {bytes.Length} bytes, more than the {limit} such a file may have", "check that it is the right file");
        }

        if (!Utf8.IsValid(bytes))
        {
            throw new PrunusInputException(subject, "is not UTF-8", "save it as UTF-8");
        }
    }

    // JsonNode reads strings and objects when they are first touched: lone surrogates would throw far from here.
    private static void Materialise(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject o:
                foreach (var (_, value) in o)
                {
                    Materialise(value);
                }

                break;
            case JsonArray a:
                foreach (var value in a)
                {
                    Materialise(value);
                }

                break;
            case JsonValue v when v.GetValueKind() == JsonValueKind.String:
                _ = v.GetValue<string>();
                break;
        }
    }

    private static PrunusInputException Broken(string subject, Exception e)
    {
        var line = e is JsonException { LineNumber: long n } ? $" at line {n + 1}" : "";
        var what = e.Message.Contains("uplicate", StringComparison.Ordinal) ? "holds a key twice" : "is not valid JSON";
        return new PrunusInputException(subject, what + line, "repair the file or get it again", e);
    }
}
