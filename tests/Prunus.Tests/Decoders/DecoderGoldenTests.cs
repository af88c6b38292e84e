using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Decoders;

/// <summary>Tiny checkpoints of every family against transformers' float32 outputs.</summary>
public sealed class DecoderGoldenTests
{
    public static TheoryData<string> Cases => new(
        "llama", "llama-tied-headdim", "llama3-rope", "llama-bias", "mistral-window", "qwen2", "qwen3", "nemotron", "phi3", "gpt2",
        "gpt_neox", "opt", "gemma2", "gemma3");

    [Theory, MemberData(nameof(Cases))]
    public void Trace_TinyCheckpoint_EqualsTransformers(string name)
    {
        var folder = SharedFiles.Path("goldens", "decoders", name);
        using var golden = SafetensorsFile.Open(Path.Combine(folder, "golden.safetensors"));
        using var checkpoint = Checkpoint.Open(folder);
        using var scope = NewDisposeScope();
        using var decoder = Decoder.Load(checkpoint, CPU, ScalarType.Float32);
        var output = Path.Combine(Directory.CreateTempSubdirectory("prunus-").FullName, "trace.safetensors");
        Trace.Write(decoder, Goldens.Ids(golden, "input_ids"), null, output);
        using var trace = SafetensorsFile.Open(output);
        foreach (var tensor in golden.Tensors.Keys.Where(k => k == "logits" || k == "loss" || k.StartsWith("hidden.", StringComparison.Ordinal)))
        {
            Assert.True(Goldens.LargestDifference(golden.ReadAll(tensor), trace.ReadAll(tensor)) < 1e-4, $"{name} {tensor}");
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Gradients_OfTheLoss_EqualTransformers(string name)
    {
        var folder = SharedFiles.Path("goldens", "decoders", name);
        using var golden = SafetensorsFile.Open(Path.Combine(folder, "golden.safetensors"));
        using var checkpoint = Checkpoint.Open(folder);
        using var scope = NewDisposeScope();
        using var decoder = Decoder.Load(checkpoint, CPU, ScalarType.Float32);
        foreach (var parameter in decoder.Parameters.Values)
        {
            parameter.requires_grad_(true);
        }

        var ids = Goldens.Ids(golden, "input_ids");
        var logits = decoder.Head(decoder.Body(ids));
        var length = ids.size(1);
        nn.functional.cross_entropy(logits.narrow(1, 0, length - 1).reshape(-1, logits.size(2)), ids.narrow(1, 1, length - 1).reshape(-1)).backward();
        var written = WeightExport.Tensors(decoder.Config, ElementType.F32, p => decoder.Parameters[p.Name].grad!.contiguous().data<float>().ToArray()).ToDictionary(t => t.Name);
        var checkedNames = golden.Tensors.Keys.Where(k => k.StartsWith("grad.", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(checkedNames);
        foreach (var key in checkedNames)
        {
            var expected = golden.ReadAll(key);
            // transformers 5 calls gpt_neox's head lm_head in memory and embed_out in the file.
            var stored = key["grad.".Length..];
            var measured = Goldens.Floats(written[written.ContainsKey(stored) ? stored : "embed_out.weight"]);
            Assert.True(Goldens.RelativeDifference(expected, measured) < 1e-4, $"{name} {key}");
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Greedy_Continuation_EqualsTransformers(string name)
    {
        var folder = SharedFiles.Path("goldens", "decoders", name);
        using var golden = SafetensorsFile.Open(Path.Combine(folder, "golden.safetensors"));
        using var checkpoint = Checkpoint.Open(folder);
        using var scope = NewDisposeScope();
        using var decoder = Decoder.Load(checkpoint, CPU, ScalarType.Float32);
        var (prompt, greedy) = (golden.Tensors["input_ids"].Shape[1], golden.Tensors["greedy"].Shape[1]);
        var (inputs, outputs) = (golden.ReadInt64("input_ids"), golden.ReadInt64("greedy"));
        for (var row = 0; row < 2; row++)
        {
            var ids = inputs.Skip((int)(row * prompt)).Take((int)prompt).Select(i => (int)i).ToArray();
            var continued = Generation.Generate(decoder, ids, new GenerationOptions { MaxTokens = (int)(greedy - prompt) }, TestContext.Current.CancellationToken).ToArray();
            Assert.Equal(outputs.Skip((int)((row * greedy) + prompt)).Take((int)(greedy - prompt)).Select(i => (int)i), continued);
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void WeightExport_OfALoadedCheckpoint_GivesItsTensors(string name)
    {
        using var checkpoint = Checkpoint.Open(SharedFiles.Path("goldens", "decoders", name));
        var weights = new CheckpointWeights(checkpoint);
        var written = WeightExport.Tensors(weights.Config, ElementType.F32, p =>
        {
            var values = new float[p.ElementCount];
            weights.Read(p, values);
            return values;
        });
        foreach (var tensor in written)
        {
            Assert.Equal(checkpoint.Tensors[tensor.Name].Shape, tensor.Shape);
            Assert.Equal(checkpoint.ReadAll(tensor.Name), Goldens.Floats(tensor));
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Config_WrittenAndReadBack_IsTheSameArchitecture(string name)
    {
        using var checkpoint = Checkpoint.Open(SharedFiles.Path("goldens", "decoders", name));
        var config = DecoderConfig.FromHuggingFace(checkpoint.Config, name);
        var again = DecoderConfig.FromHuggingFace(config.ToHuggingFace(checkpoint.Config), name);
        Assert.Equal(config.Layers, again.Layers);
        Assert.Equal(config with { Layers = [] }, again with { Layers = config.Layers } with { Layers = [] });
    }
}
