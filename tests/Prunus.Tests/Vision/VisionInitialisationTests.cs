using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Vision;

public sealed class VisionInitialisationTests
{
    public static TheoryData<string> Ids => new(VisionInitialisations.All.Select(i => i.Id));

    [Fact]
    public void Fans_OfAConvolutionAndALinearLayer()
    {
        // conv2: 16 kernels of 6·5·5; fc1: 784 → 120.
        var tensors = VisionNets.Named("lenet-5").Tensors().ToDictionary(t => t.Name);
        Assert.Equal((150, 400), (tensors["conv2.weight"].FanIn, tensors["conv2.weight"].FanOut));
        Assert.Equal((784, 120), (tensors["fc1.weight"].FanIn, tensors["fc1.weight"].FanOut));
    }

    [Theory, MemberData(nameof(Ids))]
    public void Moments_AreThoseOfTheLaw(string id)
    {
        using var net = Draw("conv-4", id, 7);
        foreach (var spec in net.Config.Parameters().Where(p => p.ElementCount > 50_000))
        {
            var values = net.Parameters[spec.Name].data<float>().ToArray();
            var variance = id.StartsWith("glorot", StringComparison.Ordinal) ? 2.0 / (spec.FanIn + spec.FanOut) : 2.0 / spec.FanIn;
            Assert.Equal(0, values.Average() / Math.Sqrt(variance), 0.03);
            Assert.Equal(1, values.Average(v => (double)v * v) / variance, 0.03);
            Assert.Equal(Kurtosis(id), values.Average(v => Math.Pow(v, 4)) / (variance * variance), 0.1);
        }
    }

    [Fact]
    public void UniformLaws_StayInsideTheirBounds()
    {
        using var net = Draw("lenet-5", "glorot-uniform", 1);
        Assert.InRange(net.Parameters["conv2.weight"].data<float>().Max(v => Math.Abs(v)), 0.09f, (float)Math.Sqrt(6.0 / 550));
    }

    [Fact]
    public void SameSeed_GivesTheSameValues_AnotherSeedOthers()
    {
        using var a = Draw("lenet-5", "kaiming-normal", 3);
        using var b = Draw("lenet-5", "kaiming-normal", 3);
        using var c = Draw("lenet-5", "kaiming-normal", 4);
        Assert.Equal(a.Parameters["fc1.weight"].data<float>().ToArray(), b.Parameters["fc1.weight"].data<float>().ToArray());
        Assert.NotEqual(a.Parameters["fc1.weight"].data<float>().ToArray(), c.Parameters["fc1.weight"].data<float>().ToArray());
    }

    [Fact]
    public void Layers_PutInAnywhere_ChangeNoOtherLayer()
    {
        using var small = Draw("resnet-20", "kaiming-normal", 5);
        using var large = Draw("resnet-32", "kaiming-normal", 5);
        foreach (var (name, values) in small.Parameters)
        {
            Assert.Equal(values.data<float>().ToArray(), large.Parameters[name].data<float>().ToArray());
        }
    }

    [Fact]
    public void WhatIsNoWeight_StartsNeutral()
    {
        using var net = Draw("resnet-20", "signed-constant", 5);
        Assert.Equal((1f, 0f), (net.Parameters["bn1.weight"].min().item<float>(), net.Parameters["bn1.bias"].max().item<float>()));
        Assert.Equal((1f, 0f), (net.Buffers["bn1.running_var"].min().item<float>(), net.Buffers["bn1.running_mean"].max().item<float>()));
        Assert.Equal(0f, net.Parameters["linear.bias"].abs().max().item<float>());
    }

    [Fact]
    public void Named_UnknownLaw_ListsThem() => Assert.Equal(
        "initialisation: 'xavier' is not known; use one of glorot-normal, glorot-uniform, kaiming-normal, kaiming-uniform, signed-constant",
        Assert.Throws<PrunusInputException>(() => VisionInitialisations.Named("xavier")).Message);

    // E x⁴ over the squared variance.
    private static double Kurtosis(string id) => id switch
    {
        "signed-constant" => 1,
        "glorot-uniform" or "kaiming-uniform" => 1.8,
        _ => 3,
    };

    private static VisionNet Draw(string name, string law, long seed) => VisionNet.Initialise(VisionNets.Named(name), VisionInitialisations.Named(law), seed, CPU);
}
