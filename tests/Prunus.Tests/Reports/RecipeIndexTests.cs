using System.Text.Json.Nodes;
using System.Xml.Linq;
using Prunus.Runs;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Reports;

public class RecipeIndexTests
{
    [Fact]
    public void Index_HoldsClaimsNumbersAndFigures()
    {
        using var temporary = new TemporaryFolder();
        var run = Directory.CreateDirectory(temporary["minitron-depth-tiny"]).FullName;
        RecordJson.Write(run, Records.Full() with { Verb = "recipe", Recipe = "minitron-depth", Size = "tiny" });
        File.WriteAllText(Path.Combine(run, "figure-6.svg"), "of an earlier record");
        Assert.Equal((0, temporary["index.md"] + "\n", ""), Cli.Tool.Run("recipe", "index", temporary.Path));
        Assert.Equal(temporary["index.md"], JsonNode.Parse(Cli.Tool.Run("recipe", "index", temporary.Path, "--json").Out)!["page"]!.GetValue<string>());
        var page = File.ReadAllText(temporary["index.md"]);
        foreach (var part in (string[])[
            "## Which layers can go\n\n`minitron-depth` · ",
            "### minitron-depth, tiny\n\n`prunus recipe run minitron-depth --size tiny --seeds 0,1`\n\n[record](minitron-depth-tiny/record.json)\n",
            "| **heals: distilled loss lies below the pruned one** |",
            "| beats: distilled beats scratch \\<by\\> \"0.1\" ",
            "| INCONCLUSIVE |\n",
            "| Minitron, table 4 |  8B | MMLU    |",
            "\n![Training loss](minitron-depth-tiny/figure-1.svg)\n\n![Accuracy of tickets](minitron-depth-tiny/figure-2.svg)\n\n![After training](minitron-depth-tiny/figure-3.svg)\n",
            "\nNot run: cpu, gpu.\n\n### minitron-depth, tiny",
            "\n| minitron-depth | tiny |     2 |"])
        {
            Assert.Contains(part, page, StringComparison.Ordinal);
        }

        Assert.Equal(["figure-1.svg", "figure-2.svg", "figure-3.svg", "figure-4.svg", "figure-5.svg"], Directory.GetFiles(run, "*.svg").Select(Path.GetFileName).Order());
        Assert.All(Directory.GetFiles(run, "*.svg"), f => Assert.DoesNotContain("var(", File.ReadAllText(f), StringComparison.Ordinal));
        Assert.All(Directory.GetFiles(run, "*.svg"), f => Assert.Equal("{http://www.w3.org/2000/svg}svg", XDocument.Load(f).Root!.Name.ToString()));
        Cli.Tool.Run("recipe", "index", temporary.Path);
        Assert.Equal(page, File.ReadAllText(temporary["index.md"]));
        Assert.Equal(Path.Combine(run, "report.html"), JsonNode.Parse(Cli.Tool.Run("report", run, "--json").Out)!["report"]!.GetValue<string>());
    }

    [Fact]
    public void Index_WithoutRecords_IsRefusedInALine()
    {
        using var temporary = new TemporaryFolder();
        var (code, output, error) = Cli.Tool.Run("recipe", "index", temporary.Path);
        Assert.Equal((2, ""), (code, output));
        Assert.Matches("^prunus: [^\n]* holds no run of a recipe; [^\n]*\n$", error);
    }

    [Fact]
    public void Index_RefusesARecordOfAnotherRun()
    {
        using var temporary = new TemporaryFolder();
        RecordJson.Write(Directory.CreateDirectory(temporary["minitron-depth-tiny"]).FullName, Records.Full());
        Assert.Equal(2, Cli.Tool.Run("recipe", "index", temporary.Path).Code);
        Assert.False(File.Exists(temporary["index.md"]));
    }
}
