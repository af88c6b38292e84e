using System.Globalization;
using System.Text.RegularExpressions;

namespace Prunus.Tokenizers;

/// <summary>
/// A regular expression out of a tokenizer file, run by .NET's engine over code points: each character above U+FFFF is shown to it as one
/// character of the same general category. Syntax that .NET lacks, or reads otherwise than the tokenizers' engine does, is refused.
/// </summary>
internal sealed class RegexPattern : TextPattern
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);
    private static readonly char[] StandIns = FindStandIns();

    private readonly Regex _regex;
    private readonly JsonInput _source;

    private RegexPattern(Regex regex, JsonInput source) => (_regex, _source) = (regex, source);

    public static RegexPattern Create(JsonInput source)
    {
        var pattern = source.Text;
        if (Difference(pattern) is { } difference)
        {
            throw source.Unsupported($"the regular expression feature {difference}");
        }

        // '^' and '$' match at every line in the tokenizers' engine.
        const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.Multiline;
        try
        {
            return new(new Regex(pattern, Options | RegexOptions.NonBacktracking, Timeout), source);
        }
        catch (NotSupportedException)
        {
            // Look-around needs backtracking: the time limit holds.
            return new(new Regex(pattern, Options, Timeout), source);
        }
        catch (ArgumentException cause)
        {
            throw source.Unsupported($"a regular expression that cannot be read ({cause.Message})");
        }
    }

    public override List<PatternSpan> Find(ReadOnlySpan<char> text)
    {
        var (shown, offsets) = Show(text);
        var spans = new List<PatternSpan>();
        try
        {
            foreach (var match in _regex.EnumerateMatches(shown))
            {
                Add(spans, At(match.Index), At(match.Index + match.Length));
            }
        }
        catch (RegexMatchTimeoutException)
        {
            throw _source.Bad("has a regular expression that takes too long on this text", "use another tokenizer, or cut the text");
        }

        return Close(spans, text.Length);

        int At(int index) => offsets is null ? index : offsets[index];
    }

    private static (char[] Shown, int[]? Offsets) Show(ReadOnlySpan<char> text)
    {
        if (text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            return (text.ToArray(), null);
        }

        var shown = new char[text.Length];
        var offsets = new int[text.Length + 1];
        var count = 0;
        for (int at = 0, length; at < text.Length; at += length)
        {
            length = CodePoints.LengthAt(text, at);
            offsets[count] = at;
            shown[count++] = length == 1 ? text[at] : StandIns[(int)CharUnicodeInfo.GetUnicodeCategory(CodePoints.At(text, at))];
        }

        offsets[count] = text.Length;
        return (shown[..count], offsets);
    }

    // From the top of the basic plane, where no pattern names a character by itself.
    private static char[] FindStandIns()
    {
        var standIns = new char[30];
        for (var c = 0xFFFF; c > 0; c--)
        {
            var category = (int)CharUnicodeInfo.GetUnicodeCategory((char)c);
            standIns[category] = standIns[category] == 0 ? (char)c : standIns[category];
        }

        return standIns;
    }

    /// <summary>Names what the two engines would not read alike, or null.</summary>
    private static string? Difference(string pattern)
    {
        if (pattern.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0)
        {
            return "'character above U+FFFF'";
        }

        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var rest = pattern.AsSpan(i);
            if (rest[0] == '\\')
            {
                if (rest.Length > 1 && "wWbBhHRXkgGKyYOMC0123456789xu".Contains(rest[1], StringComparison.Ordinal))
                {
                    return $"'\\{rest[1]}'";
                }

                i++;
            }
            else if (inClass)
            {
                if (rest[0] == '[' || rest.StartsWith("&&", StringComparison.Ordinal) || rest.StartsWith("-[", StringComparison.Ordinal))
                {
                    return "'nested character class'";
                }

                inClass = rest[0] != ']';
            }
            else if (rest[0] == '[')
            {
                inClass = true;
                // ']' right after '[' or '[^' is a member.
                i += rest.StartsWith("[^]", StringComparison.Ordinal) ? 2 : rest.StartsWith("[]", StringComparison.Ordinal) || rest.StartsWith("[^", StringComparison.Ordinal) ? 1 : 0;
            }
            else if (rest.StartsWith("(?", StringComparison.Ordinal) && rest.Length > 2 && !":=!<>i-".Contains(rest[2], StringComparison.Ordinal))
            {
                return $"'(?{rest[2]}'";
            }
        }

        return null;
    }
}
