using System.IO.Compression;
using System.Text;
using Prunus.Datasets;
using Prunus.Tokenizers;

namespace Prunus.Tests.Datasets;

public sealed class TextFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("prunus-text").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("a.txt")]
    [InlineData("a.txt.gz")]
    [InlineData("a.br")]
    public void ReadAll_GivesTheText(string name) => Assert.Equal("é😀\r\n", TextFile.ReadAll(Write(name, Encoding.UTF8.GetBytes("\uFEFFé😀\r\n"))));

    [Fact]
    public void ReadAll_TellsWhereTheEncodingBreaks()
    {
        var refused = Assert.Throws<PrunusInputException>(() => TextFile.ReadAll(Write("a.txt", [0x61, 0x0A, 0xC3, 0xA9, 0xFF, 0x61])));
        Assert.Contains("byte 4 (line 2)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadAll_RefusesWhatItCannotRead()
    {
        Assert.Throws<PrunusInputException>(() => TextFile.ReadAll(Path.Combine(_folder, "absent.txt")));
        Assert.Throws<PrunusInputException>(() => TextFile.ReadAll(_folder));
        File.WriteAllText(Path.Combine(_folder, "b.gz"), "no gzip");
        Assert.Throws<PrunusInputException>(() => TextFile.ReadAll(Path.Combine(_folder, "b.gz")));
        File.WriteAllText(Path.Combine(_folder, "b.br"), "no brotli at all");
        Assert.Throws<PrunusInputException>(() => TextFile.ReadAll(Path.Combine(_folder, "b.br")));
    }

    [Fact]
    public void ReadDocuments_GivesTheTextFields()
    {
        var path = Write("a.jsonl.gz", "{\"text\":\"one\\n\"}\n\n{\"text\":\"two\",\"more\":1}\n"u8.ToArray());
        Assert.Equal(["one\n", "two"], TextFile.ReadDocuments(path));
        Assert.Equal(["x"], TextFile.ReadDocuments(Write("a.txt", "x"u8.ToArray())));
        foreach (var bad in new[] { "{\"text\":1}", "[]", "{", "{\"text\":\"\\ud800\"}", "{\"txt\":\"\"}" })
        {
            var refused = Assert.Throws<PrunusInputException>(
                () => TextFile.ReadDocuments(Write("b.jsonl", Encoding.UTF8.GetBytes("{\"text\":\"\"}\n" + bad))));
            Assert.Contains("line 2", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void HeldOut_CutsAtALineEnd()
    {
        Assert.Equal(("ab\ncd\n", "ef\n"), HeldOut.SplitBytes("ab\ncd\nef\n", 4));
        Assert.Equal(("ab\ncd\n", "ef\n"), HeldOut.SplitBytes("ab\ncd\nef\n", 5));
        Assert.Equal(("éé", "é"), HeldOut.SplitBytes("ééé", 3));
        Assert.Equal(("ab\ncd\n", "ef\n"), HeldOut.SplitShare("ab\ncd\nef\n", 0.5));
        Assert.Throws<PrunusInputException>(() => HeldOut.SplitBytes("abc", 3));
        Assert.Throws<PrunusInputException>(() => HeldOut.SplitShare("abc", 1.5));
        Assert.Throws<PrunusInputException>(() => HeldOut.SplitShare("abc", double.NaN));
    }

    [Fact]
    public void Documents_AreSeparated()
    {
        var tokenizer = Tokenizer.FromFiles(
            new Dictionary<string, byte[]> { ["tokenizer.json"] = BpeTrainer.Train(["a b"], 257, null, TestContext.Current.CancellationToken) }, "trained");
        var ids = TokenSource.FromFile(Write("a.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b\"}"u8.ToArray()), tokenizer).Ids;
        Assert.Equal("<|endoftext|>a<|endoftext|>b", tokenizer.Decode(ids));
        Assert.Equal(4, ids.Length);
    }

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        using var file = File.Create(path);
        using Stream stream = Path.GetExtension(name) switch
        {
            ".gz" => new GZipStream(file, CompressionMode.Compress),
            ".br" => new BrotliStream(file, CompressionMode.Compress),
            _ => file,
        };
        stream.Write(bytes);
        return path;
    }
}
