namespace Prunus.Tokenizers;

/// <summary>Takes a piece of text.</summary>
/// <param name="piece">The piece; valid during the call only.</param>
/// <param name="atTextStart">Whether the piece starts where the whole text starts.</param>
internal delegate void PieceSink(ReadOnlySpan<char> piece, bool atTextStart);

/// <summary>Cuts text into pieces that no merge crosses. Stateless.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Hands every piece of <paramref name="text"/>, in order, none empty, to <paramref name="sink"/>.</summary>
    public abstract void Split(ReadOnlySpan<char> text, bool atTextStart, PieceSink sink);
}

/// <summary>Steps one after another, each cutting the pieces of the one before.</summary>
internal sealed class SequencePreTokenizer(IReadOnlyList<PreTokenizer> steps) : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, bool atTextStart, PieceSink sink)
    {
        var first = sink;
        for (var i = steps.Count - 1; i >= 0; i--)
        {
            var (step, next) = (steps[i], first);
            first = (piece, start) => step.Split(piece, start, next);
        }

        first(text, atTextStart);
    }
}

/// <summary>Cuts by a pattern that matches everywhere, each match being a piece (the known patterns).</summary>
internal sealed class ScannerPreTokenizer(PatternScanner scanner) : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, bool atTextStart, PieceSink sink)
    {
        for (int at = 0, end; at < text.Length; at = end)
        {
            end = scanner(text, at);
            sink(text[at..end], atTextStart && at == 0);
        }
    }
}

/// <summary>Puts a blank before text that does not start with one, then goes on with another step, or none.</summary>
internal sealed class PrefixSpacePreTokenizer(PreTokenizer? inner) : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, bool atTextStart, PieceSink sink)
    {
        var prefixed = text.StartsWith(' ') ? text : string.Concat(" ", text);
        if (inner is null)
        {
            sink(prefixed, atTextStart);
        }
        else
        {
            inner.Split(prefixed, atTextStart, sink);
        }
    }
}

/// <summary>Writes blanks as a visible character, and one before the text; may cut before each.</summary>
/// <param name="replacement">The visible blank, ▁ as a rule.</param>
/// <param name="scheme">Which pieces get one put before them.</param>
/// <param name="split">Whether to cut.</param>
internal sealed class MetaspacePreTokenizer(char replacement, MetaspacePrepend scheme, bool split) : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, bool atTextStart, PieceSink sink)
    {
        var replaced = text.ToString().Replace(' ', replacement);
        if (!replaced.StartsWith(replacement) && (scheme == MetaspacePrepend.Always || (scheme == MetaspacePrepend.First && atTextStart)))
        {
            replaced = replacement + replaced;
        }

        if (!split)
        {
            sink(replaced, atTextStart);
            return;
        }

        for (int at = 0, end; at < replaced.Length; at = end)
        {
            var next = replaced.IndexOf(replacement, at + 1);
            end = next < 0 ? replaced.Length : next;
            sink(replaced.AsSpan(at, end - at), atTextStart && at == 0);
        }
    }
}

/// <summary>When Metaspace puts its character before a text.</summary>
internal enum MetaspacePrepend { Never, First, Always }
