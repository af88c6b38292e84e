using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Tests.Checkpoints.Gguf;
using static TorchSharp.torch;

namespace Prunus.Tests.Decoders;

/// <summary>GGUF files of every type against transformers on their dequantised weights: row order, names and config must all be right.</summary>
public sealed class GgufLogitsTests
{
    [Theory]
    [MemberData(nameof(GgufGoldenTests.Files), MemberType = typeof(GgufGoldenTests))]
    public void Logits_OfDequantisedWeights_EqualTransformers(string name)
    {
        using var golden = SafetensorsFile.Open(SharedFiles.Path("goldens", "gguf", name + ".expected.safetensors"));
        using var checkpoint = Checkpoint.Open(SharedFiles.Path("goldens", "gguf", name + ".gguf"));
        using var scope = NewDisposeScope();
        using var decoder = Decoder.Load(checkpoint, CPU, ScalarType.Float32);
        var logits = decoder.Head(decoder.Body(tensor(golden.ReadInt64("input_ids")).unsqueeze(0)));
        var expected = new float[golden.Tensors["logits.hf"].ElementCount];
        golden.Read("logits.hf", 0, expected);
        Assert.True(Goldens.LargestDifference(expected, logits.contiguous().data<float>().ToArray()) < 1e-4, name);
    }
}
