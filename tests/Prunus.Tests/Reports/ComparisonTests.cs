using System.Text.Json.Nodes;
using Prunus.Reports;
using Prunus.Runs;
using Prunus.Tests.Cli;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Reports;

public class ComparisonTests
{
    [Fact]
    public void Compare_SetsMetricsSideBySide()
    {
        using var runs = Runs(3.5, 3.7);
        var (code, output, error) = Tool.Run("compare", runs["run0"], runs["run1"]);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("| loss       | 3.5000 | 3.7000 ×1.057 |", output, StringComparison.Ordinal);
        Assert.Contains("| parameters | 80.70M | 80.70M ×1.000 |", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_HasValuesAndRatios()
    {
        using var runs = Runs(3.5, 7);
        var document = JsonNode.Parse(Tool.Run("compare", runs["run0"], runs["run1"], "--json").Out)!;
        Assert.Equal("prunus-compare/1", document["schema"]!.GetValue<string>());
        Assert.Equal(7, document["runs"]![1]!["metrics"]!["loss"]!.GetValue<double>());
        Assert.Equal(2, document["runs"]![1]!["ratio_to_first"]!["loss"]!.GetValue<double>());
    }

    [Theory]
    [InlineData("loss_rise>0.1", 3)]
    [InlineData("loss_rise>0.25", 0)]
    [InlineData("loss_rise >= 0.2", 3)]
    [InlineData("loss_drop>-0.1", 0)]
    [InlineData("loss_drop<0", 3)]
    [InlineData("loss_ratio>1.05", 3)]
    [InlineData("loss>3.6", 3)]
    [InlineData("parameters<=8e7", 0)]
    public void FailIf_DecidesTheExitCode(string condition, int expected)
    {
        using var runs = Runs(3.5, 3.75);
        var (code, _, error) = Tool.Run("compare", runs["run0"], runs["run1"], "--fail-if", condition);
        Assert.Equal(expected, code);
        Assert.Equal(expected == 0, error.Length == 0);
    }

    [Fact]
    public void FailIf_NamesRunAndValue()
    {
        using var runs = Runs(3.5, 3.75);
        Assert.Equal("prunus: --fail-if: run1: loss_rise is 0.2500, > 0.1; exit code 3\n", Tool.Run("compare", runs["run0"], runs["run1"], "--fail-if", "loss_rise>0.1").Error);
    }

    [Fact]
    public void NaN_HasPassedNoCheck()
    {
        using var runs = Runs(3.5, double.NaN);
        Assert.Equal(3, Tool.Run("compare", runs["run0"], runs["run1"], "--fail-if", "loss_rise>0.1").Code);
        Assert.Equal(3, Tool.Run("compare", runs["run0"], runs["run1"], "--fail-if", "loss<0").Code);
    }

    [Theory]
    [InlineData("loss", "prunus: --fail-if: 'loss' is no condition; write e.g. loss_rise>0.1, perplexity_ratio>=1.2 or parameters>7e7\n")]
    [InlineData("loss_raise>1", "prunus: --fail-if: no run has a metric 'loss_raise'; did you mean 'loss_rise'?\n")]
    public void BadCondition_IsOneLine(string condition, string line)
    {
        using var runs = Runs(3.5, 3.75);
        var (code, _, error) = Tool.Run("compare", runs["run0"], runs["run1"], "--fail-if", condition);
        Assert.Equal((2, line), (code, error));
    }

    [Fact]
    public void MissingRun_IsOneLine()
    {
        var (code, _, error) = Tool.Run("compare", "no/such/run");
        Assert.Equal((2, "prunus: no/such/run: does not exist; check the path\n"), (code, error));
    }

    private static TemporaryFolder Runs(params double[] losses)
    {
        var folder = new TemporaryFolder();
        for (var i = 0; i < losses.Length; i++)
        {
            RecordJson.Write(Directory.CreateDirectory(folder[$"run{i}"]).FullName, Records.Full(losses[i]));
        }

        return folder;
    }
}
