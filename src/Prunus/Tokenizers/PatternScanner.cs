namespace Prunus.Tokenizers;

/// <summary>Gives where the match of a pattern that starts at <paramref name="at"/> ends; some alternative always matches.</summary>
internal delegate int PatternScanner(ReadOnlySpan<char> text, int at);

/// <summary>
/// Hand-written scanners of the split patterns in widest use. They work on code points, where .NET's regular expressions work on
/// UTF-16 units and miss every letter above U+FFFF.
/// </summary>
internal static class PatternScanners
{
    /// <summary>GPT-2's pattern, also that of the ByteLevel pre-tokenizer.</summary>
    public const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private const string Llama3Start = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}";
    private const string Llama3End = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Llama 3's pattern: runs of up to three digits.</summary>
    public const string Llama3Pattern = Llama3Start + "{1,3}" + Llama3End;

    /// <summary>Qwen2's pattern: digits one by one.</summary>
    public const string Qwen2Pattern = Llama3Start + Llama3End;

    /// <summary>The scanner of a pattern, or null when it is none of the known ones.</summary>
    public static PatternScanner? Find(string pattern) => pattern switch
    {
        Gpt2Pattern => Gpt2,
        Llama3Pattern => static (text, at) => Llama3(text, at, 3),
        Qwen2Pattern => static (text, at) => Llama3(text, at, 1),
        _ => null,
    };

    public static int Gpt2(ReadOnlySpan<char> text, int at)
    {
        if (text[at] == '\'' && Contraction(text, at, foldCase: false) is > 0 and var contraction)
        {
            return at + contraction;
        }

        var start = text[at] == ' ' && at + 1 < text.Length ? at + 1 : at;
        var kind = CodePoints.ClassAt(text, start, out _);
        return kind == CodePointClass.Space ? Spaces(text, at) : Run(text, start, kind, int.MaxValue);
    }

    private static int Llama3(ReadOnlySpan<char> text, int at, int digits)
    {
        if (text[at] == '\'' && Contraction(text, at, foldCase: true) is > 0 and var contraction)
        {
            return at + contraction;
        }

        var kind = CodePoints.ClassAt(text, at, out var length);
        if (kind is CodePointClass.Letter or CodePointClass.Number)
        {
            return Run(text, at, kind, kind == CodePointClass.Letter ? int.MaxValue : digits);
        }

        if (text[at] is not ('\r' or '\n') && at + length < text.Length && CodePoints.ClassAt(text, at + length, out _) == CodePointClass.Letter)
        {
            return Run(text, at + length, CodePointClass.Letter, int.MaxValue);
        }

        var start = text[at] == ' ' && at + 1 < text.Length ? at + 1 : at;
        if (CodePoints.ClassAt(text, start, out _) == CodePointClass.Other)
        {
            var end = Run(text, start, CodePointClass.Other, int.MaxValue);
            while (end < text.Length && text[end] is '\r' or '\n')
            {
                end++;
            }

            return end;
        }

        var spaces = Run(text, at, CodePointClass.Space, int.MaxValue);
        var lineEnd = text[at..spaces].LastIndexOfAny('\r', '\n');
        return lineEnd >= 0 ? at + lineEnd + 1 : Spaces(text, at);
    }

    /// <summary>A run of white space, less its last character when text follows and the run is longer than that.</summary>
    private static int Spaces(ReadOnlySpan<char> text, int at)
    {
        var end = Run(text, at, CodePointClass.Space, int.MaxValue);
        return end < text.Length && end - at > 1 ? end - 1 : end;
    }

    private static int Run(ReadOnlySpan<char> text, int at, CodePointClass kind, int most)
    {
        while (most-- > 0 && at < text.Length && CodePoints.ClassAt(text, at, out var length) == kind)
        {
            at += length;
        }

        return at;
    }

    /// <summary>Length of 's 't 're 've 'm 'll 'd at <paramref name="at"/>, or 0.</summary>
    private static int Contraction(ReadOnlySpan<char> text, int at, bool foldCase)
    {
        var first = at + 1 < text.Length ? Fold(text[at + 1], foldCase) : '\0';
        var second = at + 2 < text.Length ? Fold(text[at + 2], foldCase) : '\0';
        return (first, second) switch
        {
            ('s' or 't' or 'm' or 'd', _) => 2,
            ('r', 'e') or ('v', 'e') or ('l', 'l') => 3,
            _ => 0,
        };
    }

    // The long s folds to s in Unicode; no other character outside ASCII folds to a letter of the contractions.
    private static char Fold(char c, bool foldCase) => !foldCase ? c : c == '\u017F' ? 's' : char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c;
}
