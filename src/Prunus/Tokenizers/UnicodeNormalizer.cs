using System.Globalization;
using System.Text;

namespace Prunus.Tokenizers;

/// <summary>
/// The normalization forms NFC, NFD, NFKC and NFKD (Unicode Standard Annex 15), from tables of our own: .NET's need ICU, which a
/// culture-invariant program does not load. Characters that the tables' version of Unicode lacks stay as they are.
/// </summary>
internal static class UnicodeNormalizer
{
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7;
    private const int VowelCount = 21, TailCount = 28, HangulCount = 19 * VowelCount * TailCount;

    private static readonly Lazy<Tables> Data = new(Tables.Load);

    /// <summary>Gives a text in a normalization form.</summary>
    /// <param name="text">Any text; lone surrogates stay.</param>
    /// <param name="compatibility">Compatibility decompositions too (the K of NFKC).</param>
    /// <param name="compose">Compose again (the C).</param>
    public static string Normalize(string text, bool compatibility, bool compose)
    {
        // Below U+0300 no composed form changes; below U+00A0 nothing does.
        if (text.AsSpan().IndexOfAnyExceptInRange('\0', compose && !compatibility ? '\u02FF' : '\u009F') < 0)
        {
            return text;
        }

        var points = new List<int>(text.Length);
        for (int at = 0, length; at < text.Length; at += length)
        {
            length = CodePoints.LengthAt(text, at);
            Decompose(CodePoints.At(text, at), compatibility, points);
        }

        Order(points);
        if (compose)
        {
            Compose(points);
        }

        var result = new StringBuilder(text.Length);
        foreach (var point in points)
        {
            _ = point < 0x10000 ? result.Append((char)point) : result.Append(char.ConvertFromUtf32(point));
        }

        return result.ToString();
    }

    private static void Decompose(int point, bool compatibility, List<int> points)
    {
        var syllable = point - HangulBase;
        if (syllable is >= 0 and < HangulCount)
        {
            points.Add(LeadBase + syllable / (VowelCount * TailCount));
            points.Add(VowelBase + syllable % (VowelCount * TailCount) / TailCount);
            if (syllable % TailCount != 0)
            {
                points.Add(TailBase + syllable % TailCount);
            }
        }
        else if (Data.Value.Decompositions.TryGetValue(point, out var entry) && (compatibility || !entry.Compatibility))
        {
            foreach (var part in entry.Parts)
            {
                Decompose(part, compatibility, points);
            }
        }
        else
        {
            points.Add(point);
        }
    }

    // Stable insertion of each combining mark before those of a higher class; a run longer than that is sorted at once.
    private static void Order(List<int> points)
    {
        for (var i = 0; i < points.Count; i++)
        {
            var start = i;
            while (i < points.Count && Class(points[i]) != 0)
            {
                i++;
            }

            if (i - start > 1)
            {
                var sorted = points.GetRange(start, i - start).OrderBy(Class).ToArray();
                for (var j = 0; j < sorted.Length; j++)
                {
                    points[start + j] = sorted[j];
                }
            }
        }
    }

    private static void Compose(List<int> points)
    {
        int count = 0, starter = -1, lastClass = 0;
        foreach (var point in points.ToArray())
        {
            var pointClass = Class(point);
            var adjacent = starter == count - 1;
            if (starter >= 0 && (adjacent || lastClass < pointClass) && TryCompose(points[starter], point, out var composed))
            {
                points[starter] = composed;
                continue;
            }

            if (pointClass == 0)
            {
                starter = count;
            }

            lastClass = pointClass;
            points[count++] = point;
        }

        points.RemoveRange(count, points.Count - count);
    }

    private static bool TryCompose(int first, int second, out int composed)
    {
        if (first - LeadBase is >= 0 and < 19 && second - VowelBase is >= 0 and < VowelCount)
        {
            composed = HangulBase + ((first - LeadBase) * VowelCount + second - VowelBase) * TailCount;
            return true;
        }

        if (first - HangulBase is >= 0 and < HangulCount && (first - HangulBase) % TailCount == 0 && second - TailBase is > 0 and < TailCount)
        {
            composed = first + second - TailBase;
            return true;
        }

        return Data.Value.Compositions.TryGetValue((first, second), out composed);
    }

    private static int Class(int point) => point < 0x300 ? 0 : Data.Value.Classes.GetValueOrDefault(point);

    private sealed class Tables
    {
        public Dictionary<int, (int[] Parts, bool Compatibility)> Decompositions { get; } = [];

        public Dictionary<(int, int), int> Compositions { get; } = [];

        public Dictionary<int, byte> Classes { get; } = [];

        public static Tables Load()
        {
            var tables = new Tables();
            using var stream = typeof(UnicodeNormalizer).Assembly.GetManifestResourceStream("Prunus.Tokenizers.UnicodeDecompositions.txt")!;
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                if (line.StartsWith('#'))
                {
                    continue;
                }

                var fields = line.Split(';');
                var point = Hexadecimal(fields[0]);
                if (fields[1] != "0")
                {
                    tables.Classes[point] = byte.Parse(fields[1], CultureInfo.InvariantCulture);
                }

                var mark = fields[2].Length == 0 ? '\0' : fields[2][0];
                if (mark == '\0')
                {
                    continue;
                }

                var parts = fields[2].TrimStart('*', '!').Split(' ').Select(Hexadecimal).ToArray();
                tables.Decompositions[point] = (parts, mark == '*');
                if (mark is not ('*' or '!'))
                {
                    tables.Compositions[(parts[0], parts[1])] = point;
                }
            }

            return tables;
        }

        private static int Hexadecimal(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
