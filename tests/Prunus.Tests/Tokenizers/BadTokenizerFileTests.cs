using System.Text;
using Prunus.Tokenizers;

namespace Prunus.Tests.Tokenizers;

public class BadTokenizerFileTests
{
    private const string Good = """
        {"added_tokens":[{"id":4,"content":"<s>","special":true}],"normalizer":null,"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},
         "post_processor":null,"decoder":{"type":"ByteLevel"},
         "model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2,"c":3},"merges":["a b"]}}
        """;

    [Fact]
    public void SmallFile_Works()
    {
        var tokenizer = FromJson(Good);
        Assert.Equal([2, 3, 4, 0], tokenizer.Encode("abc<s>a", parseSpecial: true, addSpecial: false));
        Assert.Equal("abc<s>a", tokenizer.Decode([2, 3, 4, 0]));
        Assert.Equal("abca", tokenizer.Decode([2, 3, 4, 0], skipSpecial: true));
        Assert.Equal(5, tokenizer.VocabularySize);
    }

    [Theory]
    [InlineData("{", "{{")]
    [InlineData("\"c\":3", "\"a\":3")]
    [InlineData("\"c\":3", "\"c\":2")]
    [InlineData("\"c\":3", "\"c\":-1")]
    [InlineData("\"c\":3", "\"c\":2000000000")]
    [InlineData("\"c\":3", "\"c\":1.5")]
    [InlineData("\"c\":3", "\"\\ud800\":3")]
    [InlineData("\"a b\"", "\"a d\"")]
    [InlineData("\"a b\"", "\"b c\"")]
    [InlineData("\"a b\"", "\"a b c\"")]
    [InlineData("\"a b\"", "[\"a\"]")]
    [InlineData("\"a b\"", "7")]
    [InlineData("\"id\":4", "\"id\":3")]
    [InlineData("\"id\":4", "\"id\":99999999999")]
    [InlineData("\"<s>\"", "\"\"")]
    [InlineData("\"<s>\"", "\"a\"")]
    [InlineData("\"model\"", "\"modell\"")]
    [InlineData("\"vocab\"", "\"dropout\":0.1,\"vocab\"")]
    [InlineData("\"vocab\"", "\"end_of_word_suffix\":\"</w>\",\"vocab\"")]
    [InlineData("\"vocab\"", "\"unk_token\":\"<unk>\",\"vocab\"")]
    [InlineData("\"normalizer\":null", "\"normalizer\":{\"type\":\"Precompiled\"}")]
    [InlineData("\"post_processor\":null", "\"post_processor\":{\"type\":\"Odd\"}")]
    [InlineData("\"decoder\":{\"type\":\"ByteLevel\"}", "\"decoder\":{\"type\":\"CTC\"}")]
    [InlineData("{\"type\":\"ByteLevel\",\"add_prefix_space\":false}", "{\"type\":\"UnicodeScripts\"}")]
    [InlineData("{\"type\":\"ByteLevel\",\"add_prefix_space\":false}", "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(\"},\"behavior\":\"Isolated\"}")]
    [InlineData("{\"type\":\"ByteLevel\",\"add_prefix_space\":false}", "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"a++\"},\"behavior\":\"Isolated\"}")]
    [InlineData("{\"type\":\"ByteLevel\",\"add_prefix_space\":false}", "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"[a&&b]\"},\"behavior\":\"Isolated\"}")]
    [InlineData("{\"type\":\"ByteLevel\",\"add_prefix_space\":false}", "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"a\"},\"behavior\":\"Odd\"}")]
    [InlineData("{\"type\":\"ByteLevel\",\"add_prefix_space\":false}", "[]")]
    public void ChangedFile_IsRefusedInOneLine(string from, string to)
    {
        var refused = Assert.Throws<PrunusInputException>(() => FromJson(Good.Replace(from, to, StringComparison.Ordinal)));
        Assert.Contains("tokenizer.json", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void DeepNesting_IsRefused()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"type":"Sequence","normalizers":[""", 5000));
        Assert.Throws<PrunusInputException>(() => FromJson(Good.Replace("\"normalizer\":null", "\"normalizer\":" + deep, StringComparison.Ordinal)));
    }

    [Fact]
    public void AnyPrefix_IsRefused()
    {
        for (var length = 0; length < Good.Length - 3; length += 7)
        {
            Assert.Throws<PrunusInputException>(() => FromJson(Good[..length]));
        }
    }

    [Fact]
    public void ExponentialRegex_Answers()
    {
        // (a|aa)+$ is exponential for engines that backtrack; this one runs without.
        var tokenizer = FromJson(Good.Replace(
            "{\"type\":\"ByteLevel\",\"add_prefix_space\":false}",
            "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(a|aa)+$\"},\"behavior\":\"Isolated\"}",
            StringComparison.Ordinal));
        Assert.Equal(5000, tokenizer.Encode(new string('a', 4999) + "b", false, false).Length + 1);
    }

    [Fact]
    public void Folder_WithoutTokenizer_IsRefused()
    {
        var refused = Assert.Throws<PrunusInputException>(() => Tokenizer.FromFiles(new Dictionary<string, byte[]>(), "some/folder"));
        Assert.Contains("some/folder", refused.Message, StringComparison.Ordinal);
        Assert.Throws<PrunusInputException>(() => Tokenizer.Load("no/such/path"));
    }

    [Fact]
    public void Gpt2Files_AreChecked()
    {
        var files = new Dictionary<string, byte[]>
        {
            ["vocab.json"] = "{\"a\":0,\"b\":1,\"ab\":2}"u8.ToArray(),
            ["merges.txt"] = "#version: 0.2\na b\n"u8.ToArray(),
        };
        Assert.Equal([2, 0], Tokenizer.FromFiles(files, "x").Encode("aba", false, false));
        foreach (var merges in new[] { "a c\n", "a\n", "a b c\n", "a b\n\n b\n" })
        {
            files["merges.txt"] = Encoding.UTF8.GetBytes(merges);
            Assert.Throws<PrunusInputException>(() => Tokenizer.FromFiles(files, "x"));
        }

        files["merges.txt"] = [0xFF, 0x20, 0x61];
        Assert.Throws<PrunusInputException>(() => Tokenizer.FromFiles(files, "x"));
    }

    private static Tokenizer FromJson(string json) =>
        Tokenizer.FromFiles(new Dictionary<string, byte[]> { ["tokenizer.json"] = Encoding.UTF8.GetBytes(json) }, "x");
}
