using System.Text.Json;
using Prunus.Checkpoints;
using Prunus.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Vision;

/// <summary>Published weights against what they are known to do.</summary>
public sealed class PublishedWeightsTests
{
    [Theory]
    [InlineData("mnist", "mnist", 1969)]
    [InlineData("fashionmnist", "fashion_mnist", 1788)]
    public void LeNet5_OnTestImages_EqualsTheReference(string name, string set, int correct)
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var golden = SafetensorsFile.Open(SharedFiles.Path("goldens", "lottery", "lenet", "lenet5_check.safetensors"));
        using var check = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Path("goldens", "lottery", "lenet", "lenet5_check.json")));
        using var net = VisionNet.Load(VisionNets.Named("lenet-5"), SharedFiles.Path("data", "weights", $"lenet5_{name}.safetensors"), CPU);
        var (images, labels) = VisionImages.Idx(set, 2000);
        var logits = net.Forward(images);
        var predicted = logits.argmax(1).data<long>().ToArray();
        Assert.Equal(golden.ReadInt64($"lenet5_{name}.labels"), labels.Select(l => (long)l));
        Assert.Equal(golden.ReadInt64($"lenet5_{name}.predicted"), predicted);
        Assert.Equal(correct, predicted.Zip(labels).Count(p => p.First == p.Second));
        Assert.Equal(check.RootElement.GetProperty($"lenet5_{name}").GetProperty("mean_loss").GetDouble(),
            nn.functional.cross_entropy(logits, tensor(labels.Select(l => (long)l).ToArray())).item<float>(), 1e-5);
        var first = logits.narrow(0, 0, 32).contiguous().data<float>().ToArray();
        Assert.True(Goldens.RelativeDifference(golden.ReadAll($"lenet5_{name}.logits"), first) < 1e-6);
        Assert.True(Goldens.RelativeDifference(golden.ReadAll($"lenet5_{name}.logits.f64"), first) < 1e-6);
    }

    [Theory]
    [InlineData("mnist", "mnist")]
    [InlineData("fashionmnist", "fashion_mnist")]
    public void LeNet5_Visitor_SeesThePooledMaps(string name, string set)
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        using var golden = SafetensorsFile.Open(SharedFiles.Path("goldens", "lottery", "lenet", "lenet5_check.safetensors"));
        using var net = VisionNet.Load(VisionNets.Named("lenet-5"), SharedFiles.Path("data", "weights", $"lenet5_{name}.safetensors"), CPU);
        var seen = new Dictionary<string, float[]>();
        net.Forward(VisionImages.Idx(set, 1).Images, visitor: (step, value) =>
        {
            seen[step] = value.contiguous().data<float>().ToArray();
            return value;
        });
        Assert.Equal(net.Config.Steps.Select(s => s.Name), seen.Keys);
        Assert.True(Goldens.RelativeDifference(golden.ReadAll($"lenet5_{name}.image0.pool1.f64"), seen["pool1"]) < 1e-6);
        Assert.True(Goldens.RelativeDifference(golden.ReadAll($"lenet5_{name}.image0.pool2.f64"), seen["pool2"]) < 1e-6);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(32)]
    [InlineData(56)]
    public void ResNet_OnLosslessTrainImages_KnowsAtLeast99Percent(int depth)
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var net = VisionNet.Load(VisionNets.Named($"resnet-{depth}"), SharedFiles.Path("data", "weights", $"resnet{depth}_cifar10_akamaster.safetensors"), CPU);
        var (images, labels) = VisionImages.Cifar();
        var correct = 0;
        for (var start = 0; start < 2000; start += 250)
        {
            using var batch = NewDisposeScope();
            var predicted = net.Forward(images.narrow(0, start, 250)).argmax(1).data<long>().ToArray();
            correct += predicted.Zip(labels.Skip(start)).Count(p => p.First == p.Second);
        }

        Assert.InRange(correct, 1980, 2000);
    }
}
