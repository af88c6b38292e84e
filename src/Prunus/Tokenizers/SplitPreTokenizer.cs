namespace Prunus.Tokenizers;

/// <summary>What becomes of the matches of a split pattern.</summary>
internal enum SplitBehavior { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous }

/// <summary>Cuts by a pattern. Inverted, what lies between the matches takes their place.</summary>
internal sealed class SplitPreTokenizer(TextPattern pattern, SplitBehavior behavior, bool invert = false) : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, bool atTextStart, PieceSink sink)
    {
        var spans = pattern.Find(text);
        if (invert)
        {
            for (var i = 0; i < spans.Count; i++)
            {
                spans[i] = spans[i] with { IsMatch = !spans[i].IsMatch };
            }
        }

        foreach (var (start, end, isMatch) in Arrange(spans))
        {
            if (start < end && !(isMatch && behavior == SplitBehavior.Removed))
            {
                sink(text[start..end], atTextStart && start == 0);
            }
        }
    }

    private List<PatternSpan> Arrange(List<PatternSpan> spans) => behavior switch
    {
        SplitBehavior.Contiguous => Join(spans, static (before, span) => before.IsMatch == span.IsMatch),
        SplitBehavior.MergedWithPrevious => Join(spans, static (before, span) => span.IsMatch && !before.IsMatch),
        SplitBehavior.MergedWithNext => Join(spans, static (before, span) => before.IsMatch && !span.IsMatch),
        _ => spans,
    };

    /// <summary>Joins neighbours; whether a span joins the one before is told by the two as they were found.</summary>
    private static List<PatternSpan> Join(List<PatternSpan> spans, Func<PatternSpan, PatternSpan, bool> joins)
    {
        var joined = new List<PatternSpan>(spans.Count);
        for (var i = 0; i < spans.Count; i++)
        {
            if (i > 0 && joins(spans[i - 1], spans[i]))
            {
                joined[^1] = joined[^1] with { End = spans[i].End };
            }
            else
            {
                joined.Add(spans[i]);
            }
        }

        return joined;
    }
}
