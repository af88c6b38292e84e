using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Tests.Pruning;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Cli;

public class PruneTests
{
    [Fact]
    public void Score_plan_prune_leaves_a_checkpoint()
    {
        using var temporary = new TemporaryFolder();
        var donor = PruningGoldens.DonorFolder("llama");
        var scored = Tool.Run("score", donor, "--ids", PruningGoldens.File("llama", "calib.safetensors"), "--aggregation", "all", "--raw", "--out", temporary["scores"]);
        Assert.Equal((0, ""), (scored.Code, scored.Error));
        var scores = Path.Combine(temporary["scores"], "scores.safetensors");
        using (var file = SafetensorsFile.Open(scores))
        using (var golden = SafetensorsFile.Open(PruningGoldens.File("llama", "importance.safetensors")))
        {
            Assert.Empty(golden.Tensors.Keys.Except(file.Tensors.Keys));
            Assert.Contains("bi", file.Tensors.Keys);
        }

        var planned = Tool.Run("plan", donor, "--keep", "70%", "--scores", scores, "--out", temporary["plan.json"], "--json");
        Assert.Equal(0, planned.Code);
        var pruned = Tool.Run("prune", donor, "--plan", temporary["plan.json"], "--out", temporary["student"], "--check", "--json");
        Assert.Equal((0, ""), (pruned.Code, pruned.Error));
        Assert.InRange(JsonNode.Parse(pruned.Out)!["masked_donor_difference"]!.GetValue<double>(), 0, 1e-5);
        using var student = Checkpoint.Open(temporary["student"]);
        Assert.Equal(JsonNode.Parse(planned.Out)!["student"]!["parameters"]!.GetValue<long>(), student.Tensors.Values.Sum(t => t.ElementCount));

        Assert.Equal(2, Tool.Run("prune", donor, "--plan", temporary["plan.json"], "--out", temporary["student"]).Code);
        Assert.Contains("another donor", Tool.Run("prune", PruningGoldens.DonorFolder("qwen3"), "--plan", temporary["plan.json"], "--out", temporary["other"]).Error, StringComparison.Ordinal);
        Assert.Contains("another donor", Tool.Run("plan", PruningGoldens.DonorFolder("qwen3"), "--keep", "70%", "--scores", scores).Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(temporary["other"]));
    }

    [Fact]
    public void A_plan_without_scores_shows_the_shape_only()
    {
        var (code, output, error) = Tool.Run("plan", PruningGoldens.DonorFolder("llama"), "--layers", "2");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("shape only", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--scores: is missing", "--keep", "60%", "--out", "never.json")]
    [InlineData("--keep: is missing", "--round-to", "8")]
    [InlineData("--heads: is 3", "--heads", "3")]
    [InlineData("--axes: 'depth'", "--keep", "60%", "--axes", "depth")]
    [InlineData("--keep-non-embedding: is given beside --keep", "--keep", "60%", "--keep-non-embedding", "50%")]
    [InlineData("nearest", "--keep", "1%")]
    public void Bad_targets_are_one_line_and_code_2(string named, params string[] options)
    {
        var (code, _, error) = Tool.Run(["plan", PruningGoldens.DonorFolder("llama"), .. options]);
        Assert.Equal(2, code);
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void Scoring_needs_text_and_texts_need_tokens()
    {
        Assert.Contains("--text: is missing", Tool.Run("score", PruningGoldens.DonorFolder("llama")).Error, StringComparison.Ordinal);
        using var temporary = new TemporaryFolder();
        var magnitude = Tool.Run("score", PruningGoldens.DonorFolder("llama"), "--importance", "magnitude", "--out", temporary["m.safetensors"]);
        Assert.Equal((0, ""), (magnitude.Code, magnitude.Error));
    }
}
