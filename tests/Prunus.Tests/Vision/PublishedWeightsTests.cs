using System.Globalization;
using Prunus.Native;
using Prunus.Tests.Lottery;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Vision;

/// <summary>Published weights against what they are known to do.</summary>
public sealed class PublishedWeightsTests
{
    public static TheoryData<string> Checked => new(LotteryGolden.Cases("lenet", "lenet5_check", g => g.Json.Names));

    [Theory, MemberData(nameof(Checked))]
    public void LeNet5_OnTestImages_EqualsTheReference(string name)
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var golden = new LotteryGolden("lenet", "lenet5_check");
        var check = golden.Json[name];
        var (first, end) = (check["images"].Integers[0], check["images"].Integers[1]);
        using var net = VisionNet.Load(VisionNets.Named("lenet-5"), SharedFiles.Path("data", "weights", $"{name}.safetensors"), CPU);
        var (images, labels) = VisionImages.Idx(Set(name), (int)(end - first), (int)first);
        var logits = net.Forward(images);
        var predicted = logits.argmax(1).data<long>().ToArray();
        var correct = predicted.Zip(labels).Count(p => p.First == p.Second);
        Assert.Equal(golden.Integers($"{name}.labels"), labels.Select(l => (long)l));
        Assert.Equal(golden.Integers($"{name}.predicted"), predicted);
        Assert.Equal(check["correct"].Integer, correct);
        Assert.Equal(check["accuracy"].Number, (double)correct / labels.Length, 1e-12);
        Assert.Equal(check["mean_loss"].Number, nn.functional.cross_entropy(logits, tensor(labels.Select(l => (long)l).ToArray())).item<float>(), 1e-5);
        var highest = logits.topk(2, 1).values;
        Assert.Equal(check["smallest_top2_margin"].Number, highest.select(1, 0).sub(highest.select(1, 1)).min().item<float>(), 1e-4);
        var rows = logits.narrow(0, 0, golden.Shape($"{name}.logits")[0]).contiguous().data<float>().ToArray();
        Assert.True(Goldens.RelativeDifference(golden.Floats($"{name}.logits"), rows) < 1e-6);
        Assert.True(Goldens.RelativeDifference(Array.ConvertAll(golden.Doubles($"{name}.logits.f64"), v => (float)v), rows) < 1e-6);
        AssertMaps(golden, name, net, images, first);
        golden.AssertAllRead(name);
        golden.AssertParts(golden.Json.Names);
    }

    // imageI.STEP: I counts from the first of the range, or over the whole set.
    private static void AssertMaps(LotteryGolden golden, string name, VisionNet net, Tensor images, long first)
    {
        foreach (var key in golden.Under(name + ".image"))
        {
            var (number, step) = (long.Parse(key.Split('.')[0], CultureInfo.InvariantCulture), key.Split('.')[1]);
            var seen = new Dictionary<string, float[]>();
            net.Forward(images.narrow(0, number >= first && first > 0 ? number - first : number, 1), visitor: (at, value) =>
            {
                seen[at] = value.contiguous().data<float>().ToArray();
                return value;
            });
            Assert.Equal(net.Config.Steps.Select(s => s.Name), seen.Keys);
            Assert.True(Goldens.RelativeDifference(Array.ConvertAll(golden.Doubles($"{name}.image{key}"), v => (float)v), seen[step]) < 1e-6);
        }
    }

    // Of lenet5_mnist and lenet5_fashionmnist.
    private static string Set(string name) => name.EndsWith("_fashionmnist", StringComparison.Ordinal) ? "fashion_mnist" : name[(name.IndexOf('_', StringComparison.Ordinal) + 1)..];

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
