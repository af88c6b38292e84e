using System.Text;

namespace Prunus.Datasets;

/// <summary>Keeps the end of a text for evaluation.</summary>
public static class HeldOut
{
    /// <summary>
    /// Splits off the last bytes of a text: it is cut behind the first line end at or after byte (UTF-8 length - <paramref name="bytes"/>); where
    /// there is none, before the first character at or after that byte.
    /// </summary>
    /// <returns>The part to train on, ending with the line end, and the part to evaluate on.</returns>
    /// <exception cref="PrunusInputException">The text is no longer than <paramref name="bytes"/>, or nothing is left of a part.</exception>
    public static (string Training, string Evaluation) SplitBytes(string text, long bytes)
    {
        long length = Encoding.UTF8.GetByteCount(text);
        if (bytes <= 0 || bytes >= length)
        {
            throw new PrunusInputException("held-out part", $"{bytes} of {length} bytes cannot be held out", "choose a smaller part, or a longer text");
        }

        var from = IndexOfByte(text, length - bytes);
        var lineEnd = text.IndexOf('\n', from);
        var cut = lineEnd < 0 || lineEnd + 1 == text.Length ? from : lineEnd + 1;
        return (text[..cut], text[cut..]);
    }

    /// <summary>Splits off the last <paramref name="share"/> (0 to 1) of a text's bytes, rounded down, by the rule of <see cref="SplitBytes"/>.</summary>
    /// <exception cref="PrunusInputException">The share leaves nothing of a part.</exception>
    public static (string Training, string Evaluation) SplitShare(string text, double share) =>
        SplitBytes(text, share is > 0 and < 1 ? (long)(Encoding.UTF8.GetByteCount(text) * share) : 0);

    /// <summary>Index of the first character that starts at or after a byte of the text's UTF-8.</summary>
    private static int IndexOfByte(string text, long target)
    {
        var at = 0L;
        var index = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (at >= target)
            {
                break;
            }

            at += rune.Utf8SequenceLength;
            index += rune.Utf16SequenceLength;
        }

        return index;
    }
}
