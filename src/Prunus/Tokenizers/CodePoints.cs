using System.Globalization;
using System.Text;

namespace Prunus.Tokenizers;

/// <summary>The classes of code points that patterns of tokenizers tell apart.</summary>
internal enum CodePointClass : byte { Other, Letter, Number, Space }

/// <summary>Unicode properties over code points (never UTF-16 units), as the tokenizers of the field use them.</summary>
internal static class CodePoints
{
    private static readonly CodePointClass[] BasicPlane = ClassifyBasicPlane();

    /// <summary>Class and length in UTF-16 units of the code point at <paramref name="index"/>; a lone surrogate is Other.</summary>
    public static CodePointClass ClassAt(ReadOnlySpan<char> text, int index, out int length)
    {
        var c = text[index];
        length = 1;
        if (char.IsHighSurrogate(c) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        {
            length = 2;
            return Classify(char.ConvertToUtf32(c, text[index + 1]));
        }

        return BasicPlane[c];
    }

    /// <summary>Length in UTF-16 units of the code point at <paramref name="index"/>.</summary>
    public static int LengthAt(ReadOnlySpan<char> text, int index) =>
        char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]) ? 2 : 1;

    /// <summary>The property White_Space; all of it lies in the basic plane.</summary>
    public static bool IsSpace(char c) => BasicPlane[c] == CodePointClass.Space;

    /// <summary>A category N: decimal digits, letter numbers and other numbers.</summary>
    public static bool IsNumber(int codePoint) =>
        (codePoint < 0x10000 ? BasicPlane[codePoint] : Classify(codePoint)) == CodePointClass.Number;

    /// <summary>Letters, marks, decimal digits, letter numbers, connectors, join controls and the circled or squared letters: Unicode's \w.</summary>
    public static bool IsWord(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
    {
        <= UnicodeCategory.OtherLetter => true,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => true,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation => true,
        UnicodeCategory.Format => codePoint is 0x200C or 0x200D,
        UnicodeCategory.OtherSymbol => codePoint is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149)
            or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189),
        _ => false,
    };

    /// <summary>ASCII punctuation and symbols, or a category P.</summary>
    public static bool IsPunctuation(int codePoint) =>
        codePoint < 128
            ? char.IsAsciiLetterOrDigit((char)codePoint) is false && codePoint is > 32 and < 127
            : CharUnicodeInfo.GetUnicodeCategory(codePoint) is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation;

    /// <summary>The code point at <paramref name="index"/>; a lone surrogate is given as itself.</summary>
    public static int At(ReadOnlySpan<char> text, int index) =>
        LengthAt(text, index) == 2 ? char.ConvertToUtf32(text[index], text[index + 1]) : text[index];

    /// <summary>The code point that ends before <paramref name="end"/>.</summary>
    public static int Before(ReadOnlySpan<char> text, int end) =>
        end >= 2 && char.IsLowSurrogate(text[end - 1]) && char.IsHighSurrogate(text[end - 2])
            ? char.ConvertToUtf32(text[end - 2], text[end - 1])
            : text[end - 1];

    /// <summary>Lower case of every code point by itself; U+0130 is the one that becomes two.</summary>
    public static string ToLower(string text)
    {
        var lower = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value == 0x130 ? lower.Append("i\u0307") : lower.Append(Rune.ToLowerInvariant(rune).ToString());
        }

        return lower.ToString();
    }

    private static CodePointClass Classify(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
    {
        <= UnicodeCategory.OtherLetter => CodePointClass.Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CodePointClass.Number,
        _ => codePoint < 0x10000 && char.IsWhiteSpace((char)codePoint) ? CodePointClass.Space : CodePointClass.Other,
    };

    private static CodePointClass[] ClassifyBasicPlane()
    {
        var classes = new CodePointClass[0x10000];
        for (var c = 0; c < classes.Length; c++)
        {
            classes[c] = Classify(c);
        }

        return classes;
    }
}
