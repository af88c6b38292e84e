namespace Prunus.Tokenizers;

/// <summary>A stretch of text that a pattern matched, or that lies between its matches.</summary>
internal readonly record struct PatternSpan(int Start, int End, bool IsMatch);

/// <summary>Finds places in a text.</summary>
internal abstract class TextPattern
{
    /// <summary>Spans of the whole text in order, matches and what lies between them.</summary>
    public abstract List<PatternSpan> Find(ReadOnlySpan<char> text);

    /// <summary>The text with every match replaced.</summary>
    public virtual string Replace(string text, string replacement) =>
        string.Concat(Find(text).Select(span => span.IsMatch ? replacement : text[span.Start..span.End]));

    /// <summary>Reads <c>{"String": …}</c> or <c>{"Regex": …}</c>.</summary>
    public static TextPattern Read(JsonInput pattern)
    {
        if (pattern.Optional("String") is { } literal)
        {
            return new LiteralPattern(literal.Text);
        }

        return RegexPattern.Create(pattern.Required("Regex"));
    }

    /// <summary>Adds a match and the stretch before it.</summary>
    protected static void Add(List<PatternSpan> spans, int start, int end)
    {
        var done = spans.Count > 0 ? spans[^1].End : 0;
        if (done < start)
        {
            spans.Add(new(done, start, false));
        }

        spans.Add(new(start, end, true));
    }

    /// <summary>Adds the stretch behind the last match.</summary>
    protected static List<PatternSpan> Close(List<PatternSpan> spans, int length)
    {
        var done = spans.Count > 0 ? spans[^1].End : 0;
        if (done < length)
        {
            spans.Add(new(done, length, false));
        }

        return spans;
    }
}

/// <summary>A fixed text; an empty one matches nowhere.</summary>
internal sealed class LiteralPattern(string literal) : TextPattern
{
    public override List<PatternSpan> Find(ReadOnlySpan<char> text)
    {
        var spans = new List<PatternSpan>();
        var at = 0;
        while (literal.Length > 0 && text[at..].IndexOf(literal, StringComparison.Ordinal) is >= 0 and var offset)
        {
            Add(spans, at + offset, at + offset + literal.Length);
            at += offset + literal.Length;
        }

        return Close(spans, text.Length);
    }

    public override string Replace(string text, string replacement) =>
        literal.Length == 0 ? text : text.Replace(literal, replacement, StringComparison.Ordinal);
}

/// <summary>Every single code point of a kind.</summary>
internal sealed class CodePointPattern(Func<int, bool> matches) : TextPattern
{
    public override List<PatternSpan> Find(ReadOnlySpan<char> text)
    {
        var spans = new List<PatternSpan>();
        for (int at = 0, length; at < text.Length; at += length)
        {
            length = CodePoints.LengthAt(text, at);
            if (matches(CodePoints.At(text, at)))
            {
                Add(spans, at, at + length);
            }
        }

        return Close(spans, text.Length);
    }
}

/// <summary><c>\w+|[^\w\s]+</c>: runs of word characters, and runs of what is neither that nor white space.</summary>
internal sealed class WordsPattern : TextPattern
{
    public override List<PatternSpan> Find(ReadOnlySpan<char> text)
    {
        var spans = new List<PatternSpan>();
        for (int at = 0, end; at < text.Length; at = end)
        {
            var kind = Kind(text, at);
            for (end = at; end < text.Length && Kind(text, end) == kind; end += CodePoints.LengthAt(text, end))
            {
            }

            if (kind != 0)
            {
                Add(spans, at, end);
            }
        }

        return Close(spans, text.Length);
    }

    private static int Kind(ReadOnlySpan<char> text, int at) =>
        CodePoints.IsSpace(text[at]) ? 0 : CodePoints.IsWord(CodePoints.At(text, at)) ? 1 : 2;
}
