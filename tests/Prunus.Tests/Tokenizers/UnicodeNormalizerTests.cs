using Prunus.Tokenizers;

namespace Prunus.Tests.Tokenizers;

public class UnicodeNormalizerTests
{
    [Theory]
    // source, NFC, NFD, NFKC, NFKD
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323", "\u017F\u0323\u0307", "\u1E69", "s\u0323\u0307")]
    [InlineData("\uFB01", "\uFB01", "\uFB01", "fi", "fi")]
    [InlineData("\u212B", "\u00C5", "A\u030A", "\u00C5", "A\u030A")]
    [InlineData("\uAC01", "\uAC01", "\u1100\u1161\u11A8", "\uAC01", "\u1100\u1161\u11A8")]
    [InlineData("\u0344", "\u0308\u0301", "\u0308\u0301", "\u0308\u0301", "\u0308\u0301")]
    [InlineData("a\u0315\u0300\u05AE\u0062", "\u00E0\u05AE\u0315b", "a\u05AE\u0300\u0315b", "\u00E0\u05AE\u0315b", "a\u05AE\u0300\u0315b")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165", "\U0001D157\U0001D165", "\U0001D157\U0001D165", "\U0001D157\U0001D165")]
    [InlineData("\U0001D400\u00BD", "\U0001D400\u00BD", "\U0001D400\u00BD", "A1\u20442", "A1\u20442")]
    [InlineData("\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C")]
    public void Forms(string source, string nfc, string nfd, string nfkc, string nfkd)
    {
        Assert.Equal(nfc, UnicodeNormalizer.Normalize(source, compatibility: false, compose: true));
        Assert.Equal(nfd, UnicodeNormalizer.Normalize(source, compatibility: false, compose: false));
        Assert.Equal(nfkc, UnicodeNormalizer.Normalize(source, compatibility: true, compose: true));
        Assert.Equal(nfkd, UnicodeNormalizer.Normalize(source, compatibility: true, compose: false));
    }

    [Fact]
    public void LoneSurrogates_Stay() =>
        Assert.Equal("\uD800\u00E9", UnicodeNormalizer.Normalize("\uD800e\u0301", compatibility: false, compose: true));
}
