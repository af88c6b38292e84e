using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Datasets;
using Prunus.Decoders;
using Prunus.Evaluation;
using Prunus.Tests.Runs;
using Prunus.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Evaluation;

/// <summary>A real model read from GGUF against transformers' float32 outputs.</summary>
public sealed class SmolLm2Tests(SmolLm2Tests.Model model) : IClassFixture<SmolLm2Tests.Model>
{
    private const double Tolerance = 1e-3;

    /// <summary>The model, loaded once for the class; nothing without the reference folder.</summary>
    public sealed class Model : IDisposable
    {
        private static readonly string[] Parts = ["models", "smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"];
        private readonly Lazy<(Decoder Decoder, Tokenizer Tokenizer)> _loaded = new(() =>
        {
            using var checkpoint = Checkpoint.Open(SharedFiles.Path(Parts));
            return (Decoder.Load(checkpoint, CPU, ScalarType.Float32), Tokenizer.FromFiles(checkpoint.CarriedFiles, checkpoint.Location));
        });

        public Decoder Decoder => _loaded.Value.Decoder;

        public Tokenizer Tokenizer => _loaded.Value.Tokenizer;

        public void Dispose()
        {
            if (_loaded.IsValueCreated)
            {
                Decoder.Dispose();
            }
        }
    }

    [Fact]
    public void LogitsAndHiddenStates_AtSixPositions_EqualTransformers()
    {
        using var golden = Reference();
        using var temporary = new TemporaryFolder();
        using var scope = NewDisposeScope();
        const string text = "wikitext2_test";
        var positions = golden.ReadInt64(text + ".positions").Select(p => (int)p).ToArray();
        Trace.Write(model.Decoder, Goldens.Ids(golden, text + ".input_ids"), positions, temporary["trace"]);
        using var trace = SafetensorsFile.Open(temporary["trace"]);
        foreach (var name in (string[])["logits", "hidden.0", "hidden.1", "hidden.15", "hidden.29", "hidden.30"])
        {
            var (expected, actual) = (golden.ReadAll($"{text}.{name}"), trace.ReadAll(name));

            // Some hidden channels of this model are in the thousands, where float32 itself is coarser than the tolerance.
            var scale = Math.Max(1, expected.Max(Math.Abs) / 100);
            Assert.True(Goldens.LargestDifference(expected, actual) < Tolerance * scale, $"{name}: {Goldens.LargestDifference(expected, actual)} of {expected.Max(Math.Abs)}");
        }

        Assert.Equal(golden.ReadAll(text + ".token_nll").Average(), trace.ReadAll("loss")[0], Tolerance);
    }

    [Theory]
    [InlineData("wikitext2_test", "wikitext2_test_tokens.txt.br", 6), InlineData("c4_train", "c4_sample_train.txt.br", 1), InlineData("tinystories_train", "tinystories_train_part.txt.br", 2)]
    public void Perplexity_OfTheFirstWindows_EqualsTransformers(string text, string file, int windows)
    {
        var expected = Json()["windows"]![text]!;
        var ids = model.Tokenizer.Encode(TextFile.ReadAll(SharedFiles.Path("data", "text", file)), parseSpecial: true, addSpecial: false);
        Assert.Equal(expected["tokens_in_text"]!.GetValue<int>(), ids.Length);
        using var golden = Reference();
        Assert.Equal(golden.ReadInt64(text + ".input_ids"), ids.Take(1024).Select(i => (long)i));
        var measured = Perplexity.Measure(model.Decoder, ids, new PerplexityOptions { Window = 1024, Windows = windows }, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(golden.ReadAll(text + ".token_nll").Average(n => (double)n), measured.WindowLosses[0], Tolerance);
        Assert.All(
            expected["nll_sum_per_window"]!.AsArray().Take(windows).Zip(measured.WindowLosses),
            w => Assert.Equal(w.First!.GetValue<double>() / 1023, w.Second, Tolerance));
        if (windows == 6)
        {
            Assert.Equal(expected["mean_nll"]!.GetValue<double>(), measured.MeanLoss, Tolerance);
        }
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(2), InlineData(3)]
    public void GreedyText_EqualsTransformers(int index)
    {
        var expected = Json()["greedy"]![index]!;
        var prompt = model.Tokenizer.Encode(expected["prompt"]!.GetValue<string>(), parseSpecial: true, addSpecial: false);
        Assert.Equal(Ids(expected["ids"]), prompt);
        var continuation = Ids(expected["continuation_ids"]);
        Assert.Equal(continuation, Generation.Generate(model.Decoder, prompt, new GenerationOptions { MaxTokens = continuation.Length }, TestContext.Current.CancellationToken));
    }

    private static SafetensorsFile Reference() => SafetensorsFile.Open(SharedFiles.Path("goldens", "smollm2", "reference.safetensors"));

    private static JsonNode Json() => JsonNode.Parse(File.ReadAllText(SharedFiles.Path("goldens", "smollm2", "reference.json")))!;

    private static int[] Ids(JsonNode? node) => [.. node!.AsArray().Select(i => i!.GetValue<int>())];
}
