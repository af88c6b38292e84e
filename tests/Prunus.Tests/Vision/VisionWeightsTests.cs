using Prunus.Checkpoints;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Vision;

public sealed class VisionWeightsTests : IDisposable
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("prunus-").FullName, "net.safetensors");

    [Fact]
    public void Load_WhatWasWritten_GivesTheSameValues()
    {
        using var net = VisionNet.Initialise(VisionNets.Named("mlp:5"), VisionInitialisations.Named("kaiming-normal"), 1, CPU);
        Write([.. net.Parameters.Select(p => Values(p.Key, p.Value.shape, p.Value.data<float>().ToArray()))]);
        using var read = VisionNet.Load(net.Config, _path, CPU);
        Assert.All(net.Parameters, p => Assert.Equal(p.Value.data<float>().ToArray(), read.Parameters[p.Key].data<float>().ToArray()));
    }

    [Fact]
    public void Load_MissingTensor_NamesFileAndTensor() =>
        Refuses("has no tensor 'fc1.bias', which mlp:5 needs; check which net the file is of", Of("fc1.weight", 5, 784));

    [Fact]
    public void Load_WrongShape_NamesBoth() =>
        Refuses("tensor 'fc1.weight' is [784,5], mlp:5 has [5,784]; check which net the file is of", Of("fc1.weight", 784, 5));

    [Fact]
    public void Load_TensorOfAnotherNet_NamesIt() =>
        Refuses("tensor 'fc3.bias' is not part of mlp:5; check which net the file is of",
            Of("fc1.weight", 5, 784), Of("fc1.bias", 5), Of("fc2.weight", 10, 5), Of("fc2.bias", 10), Of("fc3.bias", 10));

    [Fact]
    public void Load_NaN_NamesTheTensor() =>
        Refuses("tensor 'fc2.bias' holds NaN or infinity; get a sound copy of the weights",
            Of("fc1.weight", 5, 784), Of("fc1.bias", 5), Of("fc2.weight", 10, 5), Values("fc2.bias", [10], [.. new float[9], float.NaN]));

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    private void Refuses(string message, params TensorSource[] tensors)
    {
        Write(tensors);
        Assert.Equal($"{_path}: {message}", Assert.Throws<PrunusInputException>(() => VisionNet.Load(VisionNets.Named("mlp:5"), _path, CPU)).Message);
    }

    private void Write(params TensorSource[] tensors) => SafetensorsWriter.Write(_path, tensors);

    private static TensorSource Of(string name, params long[] shape) => Values(name, shape, new float[shape.Aggregate(1L, (a, b) => a * b)]);

    private static TensorSource Values(string name, long[] shape, float[] values) => TensorSource.Of(name, ElementType.F32, shape, () => values);
}
