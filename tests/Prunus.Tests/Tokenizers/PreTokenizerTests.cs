using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;
using Prunus.Tokenizers;

namespace Prunus.Tests.Tokenizers;

public class PreTokenizerTests
{
    // Characters that patterns tell apart, all in the basic plane, where .NET's own engine is right.
    private static readonly Gen<string> Texts = Gen.String[Gen.Char[" \t\r\n\u0085\u00A0'''sStTrReEvVmMlLdD019½²Ⅷ٣aZéßЖ中あ́.,!?-_+€\u200B\uFEFF\0\u001C"], 0, 24];

    [Theory]
    [InlineData(PatternScanners.Gpt2Pattern)]
    [InlineData(PatternScanners.Llama3Pattern)]
    [InlineData(PatternScanners.Qwen2Pattern)]
    public void Scanners_EqualTheirPatterns(string pattern)
    {
        var scanner = new ScannerPreTokenizer(PatternScanners.Find(pattern)!);
        var regex = new Regex(pattern, RegexOptions.CultureInvariant);
        Texts.Sample(text => Assert.Equal(regex.Matches(text).Select(match => match.Value), Pieces(scanner, text)), iter: 20_000);
    }

    [Theory]
    [InlineData(PatternScanners.Gpt2Pattern)]
    [InlineData(PatternScanners.Llama3Pattern)]
    [InlineData(PatternScanners.Qwen2Pattern)]
    public void Regex_EqualsTheScanner_AlsoAboveTheBasicPlane(string pattern)
    {
        var scanner = new ScannerPreTokenizer(PatternScanners.Find(pattern)!);
        var source = JsonInput.Parse(JsonSerializer.SerializeToUtf8Bytes(new { Regex = pattern }), "x");
        var regex = new SplitPreTokenizer(TextPattern.Read(source), SplitBehavior.Isolated);
        // A letter, a digit and a symbol above U+FFFF come in halves that the generator puts together or leaves alone.
        Gen.OneOf(Texts, Gen.String[Gen.Char["\uD835\uDCB3\uDFD9\uD83D\uDE00 a1\n"], 0, 12]).Array[0, 4].Select(string.Concat)
            .Sample(text => Assert.Equal(Pieces(scanner, text), Pieces(regex, text)), iter: 5_000);
    }

    [Theory]
    [InlineData("Removed", false, "a|b|c")]
    [InlineData("Isolated", false, "a|-|b|-|-|c")]
    [InlineData("Contiguous", false, "a|-|b|--|c")]
    [InlineData("MergedWithPrevious", false, "a-|b-|-|c")]
    [InlineData("MergedWithNext", false, "a|-b|-|-c")]
    [InlineData("Removed", true, "-|-|-")]
    public void Split_Behaviours(string behavior, bool invert, string expected)
    {
        var split = new SplitPreTokenizer(new LiteralPattern("-"), Enum.Parse<SplitBehavior>(behavior), invert);
        Assert.Equal(expected, string.Join('|', Pieces(split, "a-b--c")));
    }

    [Fact]
    public void Whitespace_KeepsWordsAndRunsOfOthers()
    {
        var split = new SplitPreTokenizer(new WordsPattern(), SplitBehavior.Removed, invert: true);
        Assert.Equal(["Hey", "man", "!?", "𝒳_9", "😀😀"], Pieces(split, " Hey  man!? 𝒳_9😀😀\n"));
    }

    [Fact]
    public void Regex_SeesLettersAboveTheBasicPlane()
    {
        var source = JsonInput.Parse("""{"Regex":"\\p{L}+"}"""u8.ToArray(), "x");
        var split = new SplitPreTokenizer(TextPattern.Read(source), SplitBehavior.Isolated);
        Assert.Equal(["1", "a𝒳b", "😀", "𠀀"], Pieces(split, "1a𝒳b😀𠀀"));
    }

    private static List<string> Pieces(PreTokenizer step, string text)
    {
        var pieces = new List<string>();
        step.Split(text, true, (piece, _) => pieces.Add(piece.ToString()));
        return pieces;
    }
}
