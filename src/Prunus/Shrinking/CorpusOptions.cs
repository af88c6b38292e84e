using System.Text.Json.Nodes;
using Prunus.Runs;

namespace Prunus.Shrinking;

/// <summary>A text with its weight in the mixture.</summary>
/// <param name="Path">.txt, .jsonl, also .gz or .br.</param>
/// <param name="Weight">Share of every batch, relative to the other texts. The default is 1.</param>
public sealed record TextWeight(string Path, double Weight = 1)
{
    /// <summary>Reads <c>path</c> or <c>path=weight</c>; an existing file whose name holds '=' wins.</summary>
    public static TextWeight Parse(string text)
    {
        var cut = text.LastIndexOf('=');
        return cut > 0 && !File.Exists(text) && double.TryParse(text.AsSpan(cut + 1), System.Globalization.CultureInfo.InvariantCulture, out var weight)
            ? new TextWeight(text[..cut], weight)
            : new TextWeight(text);
    }
}

/// <summary>Texts to calibrate, train and evaluate on.</summary>
public sealed record CorpusOptions
{
    /// <summary>Training texts.</summary>
    public required IReadOnlyList<TextWeight> Texts { get; init; }

    /// <summary>Text to evaluate on; null = the last <see cref="HeldOutShare"/> of the first training text, which is then not trained on.</summary>
    public string? HeldOutText { get; init; }

    /// <summary>Share of the first text that is kept for evaluation. The default is 5 %.</summary>
    public double HeldOutShare { get; init; } = 0.05;

    /// <summary>Identity of the texts: name, hash and weight of each, so that a moved file is still the same run.</summary>
    public JsonObject ToJson() => new()
    {
        ["texts"] = new JsonArray([.. Texts.Select(t => new JsonObject { ["name"] = Path.GetFileName(t.Path), ["sha256"] = Hash(t.Path), ["weight"] = t.Weight })]),
        ["held_out"] = HeldOutText is null ? HeldOutShare : Hash(HeldOutText),
    };

    private static string Hash(string path) => File.Exists(path) ? ContentHash.OfFile(path) : throw new PrunusInputException(path, "there is no such file", "name an existing text");
}
