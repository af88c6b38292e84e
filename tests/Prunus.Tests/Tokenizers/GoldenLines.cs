using System.Text.Json;
using Prunus.Tokenizers;

namespace Prunus.Tests.Tokenizers;

/// <summary>Runs the lines of a golden file against a tokenizer and fails with all that differ.</summary>
internal static class GoldenLines
{
    public static void CheckEncodings(Tokenizer tokenizer, string path)
    {
        var failures = new List<string>();
        var count = 0;
        foreach (var line in File.ReadLines(path).Where(line => line.Length > 0))
        {
            count++;
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var text = root.GetProperty("text").GetString()!;
            var ids = Ids(root, "ids");
            bool[] modes = root.TryGetProperty("parse_special", out var parse)
                ? parse.ValueKind == JsonValueKind.Null ? [true, false] : [parse.GetBoolean()]
                : [true];
            foreach (var mode in modes)
            {
                Compare(tokenizer.Encode(text, mode, addSpecial: false), ids, $"encode, parseSpecial {mode}");
            }

            if (root.TryGetProperty("ids_with_special", out _))
            {
                Compare(tokenizer.Encode(text, true, addSpecial: true), Ids(root, "ids_with_special"), "encode, addSpecial");
            }

            CheckDecoding(tokenizer, root, failures);

            void Compare(int[] actual, int[] expected, string what)
            {
                if (!actual.SequenceEqual(expected))
                {
                    failures.Add($"{what}: {line}\n  got [{string.Join(',', actual)}]");
                }
            }
        }

        Assert.True(count > 0 && failures.Count == 0, $"{failures.Count} of {count}\n" + string.Join("\n", failures.Take(5)));
    }

    public static void CheckDecodings(Tokenizer tokenizer, string path)
    {
        var failures = new List<string>();
        foreach (var line in File.ReadLines(path).Where(line => line.Length > 0))
        {
            using var document = JsonDocument.Parse(line);
            CheckDecoding(tokenizer, document.RootElement, failures);
        }

        Assert.True(failures.Count == 0, $"{failures.Count}\n" + string.Join("\n", failures.Take(5)));
    }

    private static void CheckDecoding(Tokenizer tokenizer, JsonElement root, List<string> failures)
    {
        var ids = Ids(root, "ids");
        var decoded = root.GetProperty("decoded").GetString()!;
        Compare(tokenizer.Decode(ids), decoded, "decode");
        Compare(Stream(tokenizer, ids), decoded, "decode bit by bit");
        var hasTemplate = root.TryGetProperty("ids_with_special", out _);
        if (root.TryGetProperty("decoded_skip_special", out var skipped))
        {
            Compare(tokenizer.Decode(hasTemplate ? Ids(root, "ids_with_special") : ids, skipSpecial: true), skipped.GetString()!, "decode, skipSpecial");
        }
        else if (!hasTemplate)
        {
            Compare(tokenizer.Decode(ids, skipSpecial: true), decoded, "decode, skipSpecial");
        }

        void Compare(string actual, string expected, string what)
        {
            if (!string.Equals(actual, expected, StringComparison.Ordinal))
            {
                failures.Add($"{what}: {root.GetRawText()}\n  got {JsonSerializer.Serialize(actual)}");
            }
        }
    }

    private static string Stream(Tokenizer tokenizer, int[] ids)
    {
        var decoder = new IncrementalDecoder(tokenizer);
        return string.Concat(ids.Select(decoder.Push)) + decoder.Finish();
    }

    private static int[] Ids(JsonElement root, string name) => [.. root.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
