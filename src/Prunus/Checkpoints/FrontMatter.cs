using System.Text;

namespace Prunus.Checkpoints;

/// <summary>Reads single values from the YAML front matter of a model card (README.md between two lines of <c>---</c>).</summary>
internal static class FrontMatter
{
    private const int Limit = 1 << 16;

    /// <summary>The licence: <c>license</c>, or <c>license_name</c> where that says <c>other</c>; null when the card states none.</summary>
    public static string? Licence(ReadOnlySpan<byte> card)
    {
        var lines = Encoding.UTF8.GetString(card[..Math.Min(card.Length, Limit)]).TrimStart('\uFEFF').Split('\n');
        if (lines[0].TrimEnd() != "---")
        {
            return null;
        }

        string? licence = null, name = null;
        foreach (var line in lines.Skip(1).TakeWhile(l => l.TrimEnd() is not ("---" or "...")))
        {
            licence ??= Value(line, "license:");
            name ??= Value(line, "license_name:");
        }

        return licence is null or "other" ? name ?? licence : licence;
    }

    private static string? Value(string line, string key)
    {
        if (!line.StartsWith(key, StringComparison.Ordinal))
        {
            return null;
        }

        var value = line[key.Length..];
        var comment = value.IndexOf(" #", StringComparison.Ordinal);
        value = (comment < 0 ? value : value[..comment]).Trim().Trim('"', '\'');
        return value.Length == 0 ? null : value;
    }
}
