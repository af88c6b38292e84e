using Prunus.Runs;

namespace Prunus.Tests.Runs;

public sealed class ContentHashTests
{
    // FIPS 180-2, appendix B.1: SHA-256 of "abc".
    [Fact]
    public void TextBytesAndFile_GiveTheFirstDigits()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["abc"], "abc");
        Assert.Equal("ba7816bf8f01cfea", ContentHash.Of("abc"));
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", ContentHash.Of("abc"u8, 64));
        Assert.Equal("ba7816bf8f01", ContentHash.OfFile(folder["abc"], 12));
    }
}
