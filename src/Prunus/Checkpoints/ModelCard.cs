using System.Text;

namespace Prunus.Checkpoints;

/// <summary>Builds README.md of a checkpoint: front matter that the Hugging Face hub reads, then sections.</summary>
public sealed record ModelCard
{
    /// <summary>Heading.</summary>
    public required string Title { get; init; }

    /// <summary>SPDX id of the donor's licence, which stays in force; null when the donor states none.</summary>
    public string? Licence { get; init; }

    /// <summary>Hub id or path of the donor.</summary>
    public string? BaseModel { get; init; }

    /// <summary>What was done: <c>pruned</c>, <c>distilled</c> …</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Sections in order: heading and Markdown.</summary>
    public IReadOnlyList<(string Heading, string Markdown)> Sections { get; init; } = [];

    /// <summary>The whole card.</summary>
    public string ToMarkdown()
    {
        var card = new StringBuilder("---\n");
        Line(card, "license", Licence);
        Line(card, "base_model", BaseModel);
        card.Append("library_name: transformers\npipeline_tag: text-generation\n");
        if (Tags.Count > 0)
        {
            card.Append("tags:\n");
            foreach (var tag in Tags)
            {
                card.Append("- ").Append(Scalar(tag)).Append('\n');
            }
        }

        card.Append("---\n\n# ").Append(Title).Append('\n');
        foreach (var (heading, markdown) in Sections)
        {
            card.Append("\n## ").Append(heading).Append("\n\n").Append(markdown.Trim()).Append('\n');
        }

        card.Append("\n## Licence\n\n").Append(Licence is null
            ? "The donor states no licence. Whatever binds the donor binds this model.\n"
            : $"{Licence}, as the donor's.\n");
        return card.ToString();
    }

    private static void Line(StringBuilder card, string key, string? value)
    {
        if (value is not null)
        {
            card.Append(key).Append(": ").Append(Scalar(value)).Append('\n');
        }
    }

    // Plain where YAML cannot mistake it; else double-quoted, whose escapes are those of JSON.
    private static string Scalar(string value) =>
        value.Length > 0 && char.IsAsciiLetter(value[0]) && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/')
        && value.ToUpperInvariant() is not ("TRUE" or "FALSE" or "YES" or "NO" or "ON" or "OFF" or "NULL" or "Y" or "N")
            ? value
            : System.Text.Json.JsonSerializer.Serialize(value);
}
