using System.Buffers;

namespace Prunus.Tokenizers;

/// <summary>A stretch of text: ordinary (no token) or an added token.</summary>
internal readonly record struct TextSegment(int Start, int End, SpecialToken? Token);

/// <summary>
/// Cuts a text at the added tokens in it: leftmost first, the longest of those that start at the same place. A match that its flags or the
/// caller reject still uses up its text, as in Hugging Face tokenizers.
/// </summary>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<char, List<(string Pattern, SpecialToken Token)>> _byFirstCharacter = [];
    private readonly SearchValues<char> _firstCharacters;

    /// <param name="tokens">Patterns to look for, with the token of each; a pattern is the content, normalised where the token says so.</param>
    public AddedTokenMatcher(IEnumerable<(string Pattern, SpecialToken Token)> tokens)
    {
        foreach (var (pattern, token) in tokens)
        {
            if (pattern.Length == 0)
            {
                continue;
            }

            if (!_byFirstCharacter.TryGetValue(pattern[0], out var list))
            {
                _byFirstCharacter[pattern[0]] = list = [];
            }

            list.Add((pattern, token));
        }

        foreach (var list in _byFirstCharacter.Values)
        {
            list.Sort((a, b) => b.Pattern.Length.CompareTo(a.Pattern.Length));
        }

        _firstCharacters = SearchValues.Create([.. _byFirstCharacter.Keys]);
    }

    /// <summary>Segments of a text in order; ordinary ones are never empty.</summary>
    public List<TextSegment> Split(string text, bool parseSpecial)
    {
        var segments = new List<TextSegment>();
        var done = 0;
        for (var at = 0; Find(text, at) is { } match; at = match.End)
        {
            var (start, end, token) = (match.Start, match.End, match.Token!);
            if ((token.IsSpecial && !parseSpecial) || (token.SingleWord && TouchesWord(text, start, end)))
            {
                continue;
            }

            if (token.LeftStrip)
            {
                while (start > done && CodePoints.IsSpace(text[start - 1]))
                {
                    start--;
                }
            }

            if (token.RightStrip)
            {
                while (end < text.Length && CodePoints.IsSpace(text[end]))
                {
                    end++;
                }
            }

            if (done < start)
            {
                segments.Add(new(done, start, null));
            }

            segments.Add(new(start, end, token));
            done = end;
        }

        if (done < text.Length)
        {
            segments.Add(new(done, text.Length, null));
        }

        return segments;
    }

    private TextSegment? Find(string text, int from)
    {
        for (var at = from; at < text.Length; at++)
        {
            var offset = text.AsSpan(at).IndexOfAny(_firstCharacters);
            if (offset < 0)
            {
                return null;
            }

            at += offset;
            foreach (var (pattern, token) in _byFirstCharacter[text[at]])
            {
                if (text.AsSpan(at).StartsWith(pattern, StringComparison.Ordinal))
                {
                    return new(at, at + pattern.Length, token);
                }
            }
        }

        return null;
    }

    private static bool TouchesWord(string text, int start, int end) =>
        (start > 0 && CodePoints.IsWord(CodePoints.Before(text, start))) || (end < text.Length && CodePoints.IsWord(CodePoints.At(text, end)));
}
