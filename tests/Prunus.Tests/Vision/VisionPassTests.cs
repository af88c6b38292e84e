using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Tests.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Vision;

public sealed class VisionPassTests
{
    public static TheoryData<string> Names => new("mlp:64-32", "lenet-300-100", "lenet-5", "conv-2", "conv-4", "conv-6", "conv-8", "vgg-19", "resnet-20");

    // One pixel row of 1 channel, a block of 1x1 kernels with stride 2 onto 3 channels, the mean, one linear layer.
    [Fact]
    public void Residual_WithOptionAShortcut_ByHand()
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        var config = new VisionConfig("by-hand", new(1, 2, 4), 1,
        [
            new Residual("block", [new Convolution("conv", 3, Kernel: 1, Stride: 2, Bias: false), new BatchNorm("bn")]),
            new AveragePool("pool"), new Linear("fc", 1),
        ]);
        using var net = new VisionNet(config, new Dictionary<string, Tensor>
        {
            ["conv.weight"] = Values([3, 1, 1, 1], 2, 1, -1),
            ["bn.weight"] = Values([3], 1, 3, 1),
            ["bn.bias"] = Values([3], 0.5, 0, 1),
            ["bn.running_mean"] = Values([3], 1, 0, 2),
            ["bn.running_var"] = Values([3], 4 - 1e-5, 9 - 1e-5, 1 - 1e-5),
            ["fc.weight"] = Values([1, 3], 10, 1, 4),
            ["fc.bias"] = Values([1], 0.25),
        });

        // Stride 2 keeps 1 and -3 of the upper row. Branch before the sum: (2·1-1)/2+.5 = 1, 1, -1-2+1 = -2; (2·-3-1)/2+.5 = -3, -3, 3-2+1 = 2.
        // The shortcut adds 1 and -3 to the middle channel alone: 1, 2, -2 and -3, -6, 2; after the ReLU 1, 2, 0 and 0, 0, 2; means .5, 1, 1.
        var logits = net.Forward(Values([1, 1, 2, 4], 1, 7, -3, 7, 7, 7, 7, 7));
        Assert.Equal(5 + 1 + 4 + 0.25, logits.item<double>(), 1e-12);
    }

    [Fact]
    public void BatchNorm_InTraining_UsesTheBatchAndMovesTheRunningStatistics()
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        var config = new VisionConfig("by-hand", new(1, 1, 1), 1, [new BatchNorm("bn"), new Flatten("flatten"), new Linear("fc", 1)]);
        using var net = new VisionNet(config, new Dictionary<string, Tensor>
        {
            ["bn.weight"] = Values([1], 3), ["bn.bias"] = Values([1], 1), ["bn.running_mean"] = Values([1], 0), ["bn.running_var"] = Values([1], 1),
            ["fc.weight"] = Values([1, 1], 1), ["fc.bias"] = Values([1], 0),
        });

        // Batch 1, 5: mean 3, variance 4 within the batch and 8 unbiased for the running one.
        var logits = net.Forward(Values([2, 1, 1, 1], 1, 5), training: true).data<double>().ToArray();
        Assert.Equal(1 - (3 * 2 / Math.Sqrt(4 + 1e-5)), logits[0], 1e-12);
        Assert.Equal(1 + (3 * 2 / Math.Sqrt(4 + 1e-5)), logits[1], 1e-12);
        Assert.Equal(0.3, net.Buffers["bn.running_mean"].item<double>(), 1e-12);
        Assert.Equal((0.9 * 1) + (0.1 * 8), net.Buffers["bn.running_var"].item<double>(), 1e-12);
        net.Forward(Values([2, 1, 1, 1], 1, 5));
        Assert.Equal(0.3, net.Buffers["bn.running_mean"].item<double>(), 1e-12);
    }

    [Theory, MemberData(nameof(Names))]
    public void Gradients_ReachEveryParameter(string name)
    {
        using var scope = NewDisposeScope();
        using var net = Draw(name);
        foreach (var parameter in net.Parameters.Values)
        {
            parameter.requires_grad_(true);
        }

        var logits = net.Forward(Images(net, 8), training: true);
        Assert.Equal([8, 10], logits.shape);
        nn.functional.cross_entropy(logits, tensor(new long[] { 0, 1, 2, 3, 4, 5, 6, 7 })).backward();
        Assert.All(net.Parameters, p => Assert.True(p.Value.grad is { } grad && grad.abs().max().item<float>() > 0, p.Key));
    }

    // As nets see images on a GPU.
    [Theory]
    [InlineData("conv-2:16")]
    [InlineData("resnet-20")]
    [InlineData("vgg-19:16")]
    public void ChannelsLast_GiveTheSameLogitsAndGradients(string name)
    {
        using var scope = NewDisposeScope();
        using var net = Draw(name);
        using var learning = new GradientsOf(net.Parameters.Values);
        var images = Images(net, 4);
        var last = Ops.ChannelsLast(images);
        Assert.True(last.equal(images).all().item<bool>());
        Assert.Equal([images.size(1) * images.size(2) * images.size(3), 1, images.size(3) * images.size(1), images.size(1)], last.stride());
        var (expected, found) = (Of(images), Of(last));
        Assert.All(expected.Zip(found), pair => Assert.InRange((pair.First - pair.Second).abs().max().item<float>(), 0, 1e-4f * Math.Max(1, pair.First.abs().max().item<float>())));

        Tensor[] Of(Tensor input)
        {
            var logits = net.Forward(input, training: false);
            return [logits.detach(), .. learning.Of(nn.functional.cross_entropy(logits, tensor(new long[] { 0, 1, 2, 3 })))];
        }
    }

    [Theory]
    [InlineData("lenet-5")]
    [InlineData("resnet-20")]
    public void Training_LeavesNoTensor(string name) => TensorLeaks.AssertNone(() =>
    {
        using var scope = NewDisposeScope();
        using var net = Draw(name);
        net.Parameters.Values.First().requires_grad_(true);
        net.Forward(Images(net, 2), training: true).sum().backward();
    });

    [Fact]
    public void Forward_GivesOneTensorToTheCallersScope() => TensorLeaks.AssertNone(() =>
    {
        using var net = Draw("resnet-20");
        using var images = Images(net, 2);
        net.Forward(images).Dispose();
    });

    [Fact]
    public void Forward_WithTensorsInstead_LeavesTheNetAsItIs()
    {
        using var scope = NewDisposeScope();
        using var net = Draw("lenet-5");
        var images = Images(net, 2);
        var before = net.Forward(images);
        var masked = net.Forward(images, instead: new Dictionary<string, Tensor> { ["fc3.weight"] = zeros_like(net.Parameters["fc3.weight"]) });
        Assert.Equal(0f, masked.abs().max().item<float>());
        Assert.True(before.Equals(net.Forward(images)));
    }

    [Fact]
    public void Visitor_ReplacesAValue_ForTheStepsAfterIt()
    {
        using var scope = NewDisposeScope();
        using var net = Draw("resnet-20");
        net.Parameters["linear.bias"].fill_(0.5f);
        var logits = net.Forward(Images(net, 2), visitor: (step, value) => step == "layer3.2" ? zeros_like(value) : value);
        Assert.Equal((0.5f, 0.5f), (logits.min().item<float>(), logits.max().item<float>()));
    }

    [Fact]
    public void Residual_OnASingleRow_ThinsTheColumns()
    {
        using var scope = NewDisposeScope();
        using var net = VisionNet.Initialise(VisionNets.Named("resnet-20", new(3, 1, 9)), VisionInitialisations.Named("kaiming-normal"), 1, CPU);
        Assert.Equal([2, 10], net.Forward(Images(net, 2)).shape);
    }

    [Fact]
    public void Forward_ImagesOfAnotherSize_AreRefused()
    {
        using var scope = NewDisposeScope();
        using var net = Draw("lenet-300-100");
        Assert.Contains("images of lenet-300-100 are [N,1,28,28], not [2,784]", Assert.Throws<ArgumentException>(() => net.Forward(zeros(2, 784))).Message, StringComparison.Ordinal);
    }

    private static VisionNet Draw(string name) => VisionNet.Initialise(VisionNets.Named(name), VisionInitialisations.Named("kaiming-normal"), 11, CPU);

    private static Tensor Images(VisionNet net, int count)
    {
        using var scope = NewDisposeScope();
        var (channels, height, width) = (net.Config.Input.Channels, net.Config.Input.Height, net.Config.Input.Width);
        return arange(count * channels * height * width, ScalarType.Float32).mul(0.7).sin().reshape(count, channels, height, width).MoveToOuterDisposeScope();
    }

    private static Tensor Values(long[] shape, params double[] values) => tensor(values, shape);
}
