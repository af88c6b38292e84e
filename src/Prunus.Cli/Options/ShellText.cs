namespace Prunus.Cli.Options;

/// <summary>Words of commands that are printed to be typed.</summary>
internal static class ShellText
{
    /// <summary>A word, in quotes where a shell would take it apart.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=%,+@".Contains(c, StringComparison.Ordinal))
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
