using System.Text.Json.Nodes;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Cli;

public class TokenizeTests
{
    [Fact]
    public void Ids_AreThoseOfTheGoldens_InOrder()
    {
        var golden = SharedFiles.Path("goldens", "tokenizers", "forms", "qwen2_form.jsonl");
        var (code, output, error) = Tool.Run("tokenize", SharedFiles.Path("goldens", "tokenizers", "forms", "qwen2_form.tokenizer.json"), "--jsonl", golden, "--parse-special");
        Assert.Equal((0, ""), (code, error));
        var expected = File.ReadLines(golden).Select(l => $"{{\"ids\":{JsonNode.Parse(l)!["ids"]!.ToJsonString()}}}");
        Assert.Equal(expected, output.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void Decode_GivesTheText()
    {
        var golden = SharedFiles.Path("goldens", "tokenizers", "forms", "qwen2_form.jsonl");
        var (code, output, _) = Tool.Run("tokenize", SharedFiles.Path("goldens", "tokenizers", "forms", "qwen2_form.tokenizer.json"), "--jsonl", golden, "--decode");
        Assert.Equal(0, code);
        Assert.Equal(File.ReadLines(golden).Select(l => JsonNode.Parse(l)!["decoded"]!.GetValue<string>()), output.TrimEnd('\n').Split('\n').Select(l => JsonNode.Parse(l)!["text"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("{\"text\":\"a\"}\n[1]\n", "line 2: is not a JSON object; write one object on each line")]
    [InlineData("{\"txt\":\"a\"}\n", "line 1: has no 'text' that is a string; give each line a string named 'text'")]
    [InlineData("{\"text\":\"\\ud800\"}\n", "line 1: 'text' holds half a surrogate pair; correct the escape")]
    [InlineData("{", "line 1: is not JSON; write one object on each line")]
    public void BadLine_IsNamed(string text, string fault)
    {
        using var temporary = new TemporaryFolder();
        File.WriteAllText(temporary["in.jsonl"], text);
        var (code, _, error) = Tool.Run("tokenize", SharedFiles.Path("goldens", "tokenizers", "forms", "qwen2_form.tokenizer.json"), "--jsonl", temporary["in.jsonl"]);
        Assert.Equal(2, code);
        Assert.Equal($"prunus: {temporary["in.jsonl"]}, {fault}\n", error);
    }

    [Fact]
    public void MissingOption_IsNamed() =>
        Assert.Equal("prunus: --jsonl: is missing; see prunus tokenize --help\n", Tool.Run("tokenize", "x").Error);
}
