using System.Text.Json.Nodes;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Cli;

/// <summary>The verb on the demo's model and a few rows written here.</summary>
public sealed class EvalTests
{
    private const string Rows = """
        {"goal":"eat","sol1":"Once upon a time there was","sol2":"zq xv jk","label":0}
        {"goal":"sleep","sol1":"qqq zzz","sol2":"The little girl went home.","label":"1"}
        {"goal":"walk","sol1":"vvv","sol2":"He went to the house.","label":0}

        """;

    [Fact]
    public void Results_AndItems_AreWritten()
    {
        using var temporary = new TemporaryFolder();
        File.WriteAllText(temporary["piqa_valid.jsonl"], Rows);
        File.WriteAllText(temporary["piqa_train.jsonl"], Rows);
        var (code, output, error) = Tool.Run(
            "eval", Donor(), "--tasks", "piqa", "--data", temporary.Path, "--num-fewshot", "1", "--items", temporary["items"], "--device", "cpu", "--json", "--quiet");
        Assert.Equal((0, ""), (code, error));
        var document = JsonNode.Parse(output)!;
        var items = File.ReadAllLines(temporary["items"]).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(3, items.Count);
        Assert.Equal(items.Average(i => i["acc"]!.GetValue<double>()), document["results"]!["piqa"]!["acc,none"]!.GetValue<double>(), 1e-12);
        Assert.Equal((1, 3), (document["n-shot"]!["piqa"]!.GetValue<int>(), document["n-samples"]!["piqa"]!["effective"]!.GetValue<int>()));
        Assert.All(items, (item, i) => Assert.NotEqual(i, Assert.Single(item["fewshot"]!.AsArray())!.GetValue<int>()));
    }

    [Fact]
    public void MissingAndUnknown_AreOneLine()
    {
        using var temporary = new TemporaryFolder();
        var (code, _, error) = Tool.Run("eval", Donor(), "--tasks", "piqa", "--data", temporary.Path);
        Assert.Equal(2, code);
        Assert.StartsWith($"prunus: {temporary["piqa_valid.jsonl"]}: does not exist; ", error, StringComparison.Ordinal);
        Assert.Contains("load_dataset(\"baber/piqa\", split=\"validation\").to_json(\"piqa_valid.jsonl\")", error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(c => c == '\n'));
        (code, _, error) = Tool.Run("eval", Donor(), "--tasks", "piqqa");
        Assert.Equal((2, "prunus: --tasks: 'piqqa' is no task; did you mean 'piqa'?\n"), (code, error));
    }

    [Fact]
    public void TooManyExamples_AndDamagedLines_AreOneLine()
    {
        using var temporary = new TemporaryFolder();
        File.WriteAllText(temporary["piqa_valid.jsonl"], Rows);
        File.WriteAllText(temporary["piqa_train.jsonl"], Rows);
        var (code, _, error) = Tool.Run("eval", Donor(), "--tasks", "piqa", "--data", temporary.Path, "--num-fewshot", "3", "--device", "cpu", "--quiet");
        Assert.Equal((2, "prunus: --num-fewshot: 3 examples of piqa are drawn from 4 items or more, and piqa_train has 3; ask for fewer\n"), (code, error));
        File.AppendAllText(temporary["piqa_valid.jsonl"], "{\"goal\":\"run\"}\n");
        (code, _, error) = Tool.Run("eval", Donor(), "--tasks", "piqa", "--data", temporary.Path, "--device", "cpu", "--quiet");
        Assert.Equal(2, code);
        Assert.Contains("piqa_valid.jsonl (line 4): has no 'sol1' that is a text; ", error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(c => c == '\n'));
    }

    private static string Donor() => Checkout.Path("assets", "demo", "donor");
}
