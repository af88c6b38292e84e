using Prunus.Checkpoints;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Cli;

public class TensorVerbTests
{
    [Fact]
    public void Trace_WritesTheGoldenLogits()
    {
        using var temporary = new TemporaryFolder();
        var model = SharedFiles.Path("goldens", "decoders", "qwen3");
        var golden = Path.Combine(model, "golden.safetensors");
        var (code, _, error) = Tool.Run("trace", model, "--ids", golden, "--out", temporary["trace.safetensors"], "--device", "cpu");
        Assert.Equal((0, ""), (code, error));
        using var expected = SafetensorsFile.Open(golden);
        using var actual = SafetensorsFile.Open(temporary["trace.safetensors"]);
        Assert.InRange(Goldens.LargestDifference(expected.ReadAll("logits"), actual.ReadAll("logits")), 0, 1e-4);
    }

    [Fact]
    public void Positions_RestrictTheRows()
    {
        using var temporary = new TemporaryFolder();
        var model = SharedFiles.Path("goldens", "decoders", "qwen3");
        Assert.Equal(0, Tool.Run("trace", model, "--ids", Path.Combine(model, "golden.safetensors"), "--out", temporary["t"], "--positions", "0,2").Code);
        using var trace = SafetensorsFile.Open(temporary["t"]);
        Assert.Equal(2, trace.Tensors["logits"].Shape[1]);
        var (code, _, error) = Tool.Run("trace", model, "--ids", Path.Combine(model, "golden.safetensors"), "--out", temporary["t"], "--positions", "9999");
        Assert.Equal(2, code);
        Assert.StartsWith("prunus: --positions: 9999 lies outside the ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingOptions_AreNamed()
    {
        Assert.Equal("prunus: --ids: is missing; add --ids FILE\n", Tool.Run("trace", "x").Error);
        Assert.Equal("prunus: --text: is missing; add --text FILE\n", Tool.Run("perplexity", "x").Error);
        Assert.Equal("prunus: --prompt: is missing; see prunus generate --help\n", Tool.Run("generate", "x").Error);
    }

    [Fact]
    public void Cancellation_ExitsWith130()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        using var temporary = new TemporaryFolder();
        File.WriteAllText(temporary["in.jsonl"], "{\"text\":\"a\"}");
        var (code, output, error) = Tool.Run(source.Token, "tokenize", SharedFiles.Path("models", "smollm2", "tokenizer.json"), "--jsonl", temporary["in.jsonl"]);
        Assert.Equal((130, ""), (code, output));
        Assert.Equal("prunus: cancelled: stopped at your request; nothing was left half-written; repeat the command to start again\n", error);
    }

    [Fact]
    public void Info_CountsParametersFromHeaders()
    {
        var (code, output, _) = Tool.Run("info", SharedFiles.Path("goldens", "decoders", "gemma3"), "--json");
        Assert.Equal(0, code);
        var document = System.Text.Json.Nodes.JsonNode.Parse(output)!;
        Assert.Equal(159_744, document["parameters"]!.GetValue<long>());
        Assert.Equal(159_744 - (320 * 64), document["parameters_non_embedding"]!.GetValue<long>());
        Assert.Equal(3, document["layers"]!.AsArray().Count);
    }
}
