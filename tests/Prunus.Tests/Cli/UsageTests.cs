namespace Prunus.Tests.Cli;

public class UsageTests
{
    [Theory]
    [InlineData("prunus: inof: no such verb; did you mean 'info'?", "inof")]
    [InlineData("prunus: CKPT: is missing; see prunus info --help", "info")]
    [InlineData("prunus: --jsn: no such option of 'prunus info'; did you mean '--json'?", "info", "--jsn", "x")]
    [InlineData("prunus: --jsn: no such option of 'prunus info'; did you mean '--json'?", "info", "x", "--jsn")]
    [InlineData("prunus: --zzzz: no such option of 'prunus info'; see prunus info --help", "info", "x", "--zzzz=3")]
    [InlineData("prunus: b: one argument too many for 'prunus info'; see prunus info --help", "info", "a", "b")]
    [InlineData("prunus: --seed: 'x' is no whole number; write e.g. 1", "info", "a", "--seed", "x")]
    [InlineData("prunus: --seed: -1 is out of range; use 0 to 9223372036854775807", "info", "a", "--seed", "-1")]
    [InlineData("prunus: --seed: 99999999999999999999 is out of range; use 0 to 9223372036854775807", "info", "a", "--seed", "99999999999999999999")]
    [InlineData("prunus: --seed: -9e30 is out of range; use 0 to 9223372036854775807", "info", "a", "--seed", "-9e30")]
    [InlineData("prunus: --seed: '1e999' is no whole number; write e.g. 1", "info", "a", "--seed", "1e999")]
    [InlineData("prunus: --threads: 9e9T is out of range; use 0 to 1024", "info", "a", "--threads", "9e9T")]
    [InlineData("prunus: --inputs: 0 is out of range; use 1 to 64", "universal", "compile", "--inputs", "0")]
    [InlineData("prunus: --degree: 33 is out of range; use 1 to 32", "universal", "compile", "--degree", "33")]
    [InlineData("prunus: --segments: 4001 is out of range; use 1 to 4000", "universal", "compile", "--segments", "10,4001")]
    [InlineData("prunus: --widths: 20001 is out of range; use 1 to 20000", "universal", "compile", "--widths", "20001")]
    [InlineData("prunus: --terms: 9 is out of range; use 1 to 8", "universal", "compile", "--terms", "9")]
    [InlineData("prunus: --candidates: 33 is out of range; use 1 to 32", "universal", "compile", "--candidates", "33")]
    [InlineData("prunus: --seed: needs a value; see prunus info --help", "info", "a", "--seed")]
    [InlineData("prunus: --seed: was given more than once; see prunus info --help", "info", "a", "--seed", "1", "--seed", "2")]
    [InlineData("prunus: --device: 'tpu' is no device; use auto, cpu, cuda or cuda:0", "info", "a", "--device", "tpu")]
    [InlineData("prunus: tpyes: no such list; did you mean 'types'?", "list", "tpyes")]
    public void BadUsage_IsOneLineAndExitCode2(string line, params string[] arguments)
    {
        var (code, output, error) = Tool.Run(arguments);
        Assert.Equal(line + "\n", error);
        Assert.Equal("", output);
        Assert.Equal(2, code);
    }

    [Fact]
    public void Version_IsPrintedAlone()
    {
        var (code, output, error) = Tool.Run("--version");
        Assert.Equal(0, code);
        Assert.Matches(@"^\d+\.\d+\.\d+", output);
        Assert.Equal("", error);
    }

    [Fact]
    public void Json_IsOneDocumentWithASchema()
    {
        var (code, output, _) = Tool.Run("list", "types", "--json");
        Assert.Equal(0, code);
        Assert.Equal("prunus-list/1", System.Text.Json.Nodes.JsonNode.Parse(output)!["schema"]!.GetValue<string>());
    }

    [Fact]
    public void EveryList_HasRows()
    {
        var names = Tool.Run("list").Out.Split('\n').Skip(2).Where(l => l.Length > 0).Select(l => l.Trim('|', ' ')).ToArray();
        Assert.Contains("families", names);
        Assert.All(names, name => Assert.True(Tool.Run("list", name).Out.Split('\n').Length > 3, name));
    }

    [Fact]
    public void MissingCheckpoint_IsOneLine()
    {
        var (code, _, error) = Tool.Run("info", "no/such/model");
        Assert.Equal(2, code);
        Assert.StartsWith("prunus: no/such/model: ", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void Verbose_AddsTheStackTrace()
    {
        var (_, _, error) = Tool.Run("info", "no/such/model", "--verbose");
        Assert.Contains("   at Prunus.", error, StringComparison.Ordinal);
    }
}
