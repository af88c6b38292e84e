using Prunus.Lottery;
using Prunus.Lottery.Stacking;
using Prunus.Tests.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Stacking;

public sealed class VisionStackTests
{
    // Images as small as the kind allows, so that each case takes milliseconds.
    public static TheoryData<string, int, int> Kinds => new(VisionNets.All.Select(k => new TheoryDataRow<string, int, int>(
        k.TakesWidths ? $"{k.Id}:12-7" : k.Id, k.Input.Channels, k.Id switch { "conv-8" or "vgg-19" => 16, "lenet-300-100" => 28, _ => 8 })));

    [Theory, MemberData(nameof(Kinds))]
    public void Logits_Gradients_AndStatistics_EqualThoseOfTheSeparateNets(string name, int channels, int size)
    {
        using var scope = NewDisposeScope();
        var config = VisionNets.Named(name, new MapShape(channels, size, size));

        // The 20 million weights of VGG-19 take ten seconds in float64; in float32 its batches of one pixel would blow rounding up.
        var (type, trainings) = name == "vgg-19" ? (ScalarType.Float32, [false]) : (ScalarType.Float64, new[] { false, true });
        var nets = StackSamples.Nets(config, 2, type);
        using var stack = StackSamples.Trained(VisionStack.Of(nets));
        foreach (var training in trainings)
        {
            Equal(nets, stack, StackSamples.Normal(6, type, 4, channels, size, size), training);
            Equal(nets, stack, StackSamples.Normal(5, type, 2, 4, channels, size, size), training);
        }

        foreach (var net in nets)
        {
            net.Dispose();
        }
    }

    [Theory]
    [InlineData("lenet-5")]
    [InlineData("resnet-20")]
    public void Float32_EqualsToo(string name)
    {
        using var scope = NewDisposeScope();
        var config = VisionNets.Named(name);
        var nets = StackSamples.Nets(config, 3, ScalarType.Float32);
        using var stack = VisionStack.Of(nets);
        var images = StackSamples.Normal(6, ScalarType.Float32, 4, config.Input.Channels, config.Input.Height, config.Input.Width);
        var logits = stack.Forward(images);
        for (var m = 0; m < 3; m++)
        {
            Assert.True(StackSamples.Difference(nets[m].Forward(images), logits[m]) < 1e-5);
            nets[m].Dispose();
        }
    }

    [Theory]
    [InlineData("mlp:12-7")]
    [InlineData("lenet-5")]
    [InlineData("resnet-20")]
    public void NaN_OfOneNet_ReachesNoOther(string name)
    {
        using var scope = NewDisposeScope();
        var config = VisionNets.Named(name, new MapShape(3, 8, 8));
        var nets = StackSamples.Nets(config, 3, ScalarType.Float64);
        using (no_grad())
        {
            nets[1].Parameters.Values.First().fill_(double.NaN);
        }

        using var stack = StackSamples.Trained(VisionStack.Of(nets));
        Equal([nets[0], nets[2]], stack, StackSamples.Normal(6, ScalarType.Float64, 4, 3, 8, 8), training: true, members: [0, 2]);
        Assert.True(stack.Forward(StackSamples.Normal(6, ScalarType.Float64, 4, 3, 8, 8))[1].isnan().all().item<bool>());
    }

    [Fact]
    public void Instead_StandsInForAStackedTensor()
    {
        using var scope = NewDisposeScope();
        var nets = StackSamples.Nets(VisionNets.Named("lenet-5"), 2, ScalarType.Float64);
        using var stack = VisionStack.Of(nets);
        var images = StackSamples.Normal(6, ScalarType.Float64, 4, 1, 28, 28);
        var masked = stack.Parameters["conv2.weight"] * (StackSamples.Normal(3, ScalarType.Float64, 2, 16, 6, 5, 5) > 0);
        var logits = stack.Forward(images, instead: new Dictionary<string, Tensor> { ["conv2.weight"] = masked });
        for (var m = 0; m < 2; m++)
        {
            Assert.True(StackSamples.Difference(nets[m].Forward(images, instead: new Dictionary<string, Tensor> { ["conv2.weight"] = masked[m] }), logits[m]) < 1e-12);
        }
    }

    [Fact]
    public void Member_IsACopyOfTheNetThatWentIn()
    {
        using var scope = NewDisposeScope();
        var nets = StackSamples.Nets(VisionNets.Named("resnet-20"), 3, ScalarType.Float32);
        using var stack = VisionStack.Of(nets);
        using var member = stack.Member(2);
        foreach (var (name, values) in nets[2].Parameters.Concat(nets[2].Buffers))
        {
            Assert.True(values.Equals((member.Parameters.TryGetValue(name, out var own) ? own : member.Buffers[name])));
        }

        member.Parameters["conv1.weight"].zero_();
        Assert.True(stack.Parameters["conv1.weight"][2].Equals(nets[2].Parameters["conv1.weight"]));
        Assert.Equal("resnet-20:3x32x32:10", stack.Architecture);
        Assert.Equal((3, true), (stack.Members, stack.IsStacked));
        Assert.Equal(new VisionTicketNet(nets[0]).Tensors.Select(t => t.Name), stack.Tensors.Select(t => t.Name));
    }

    [Fact]
    public void UnfitInput_IsRefused()
    {
        using var scope = NewDisposeScope();
        using var stack = VisionStack.Of(StackSamples.Nets(VisionNets.Named("mlp:3"), 2, ScalarType.Float32));
        Assert.Contains("images of 2 mlp:3 are [N,1,28,28] or [2,N,…], not [3,4,1,28,28]", Assert.Throws<ArgumentException>(() => stack.Forward(zeros([3, 4, 1, 28, 28]))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => stack.Forward(zeros([4, 784])));
        Assert.Throws<ArgumentException>(() => VisionStack.Of([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => stack.Member(2));
    }

    [Theory]
    [InlineData("mlp:12-7")]
    [InlineData("lenet-5")]
    [InlineData("resnet-20")]
    public void Passes_LeaveNoTensor(string name) => TensorLeaks.AssertNone(() =>
    {
        var config = VisionNets.Named(name, new MapShape(1, 8, 8));
        var nets = StackSamples.Nets(config, 2, ScalarType.Float32);
        using var stack = VisionStack.Of(nets);
        using var images = StackSamples.Normal(6, ScalarType.Float32, 4, 1, 8, 8);
        stack.Forward(images).Dispose();
        stack.Forward(images, training: true).Dispose();
        stack.Member(0).Dispose();
        Array.ForEach(nets, n => n.Dispose());
    });

    // Logits, gradients of a loss whose weight differs by net, and running statistics.
    private static void Equal(VisionNet[] nets, VisionStack stack, Tensor images, bool training, int[]? members = null)
    {
        members ??= [.. Enumerable.Range(0, nets.Length)];
        foreach (var parameter in stack.Parameters.Values)
        {
            parameter.grad = null;
        }

        var logits = stack.Forward(images, training);
        var labels = StackSamples.Labels(4);
        var tolerance = logits.dtype == ScalarType.Float64 ? 1e-9 : 1e-5;
        members.Select(m => nn.functional.cross_entropy(logits[m], labels) * (m + 1)).Aggregate((a, b) => a + b).backward();
        foreach (var (net, m) in nets.Zip(members))
        {
            using var single = StackSamples.Trained(new VisionTicketNet(net.Copy()));
            var expected = single.Forward(images.Dimensions == 5 ? images[m] : images, training);
            (nn.functional.cross_entropy(expected, labels) * (m + 1)).backward();
            Assert.True(StackSamples.Difference(expected, logits[m]) < tolerance);
            foreach (var (name, parameter) in single.Parameters)
            {
                Assert.True(StackSamples.Difference(parameter.grad!, stack.Parameters[name].grad![m]) < tolerance, name);
            }

            foreach (var (name, buffer) in single.Buffers)
            {
                Assert.True(StackSamples.Difference(buffer, stack.Buffers[name][m]) < tolerance, name);
                net.Buffers[name].copy_(buffer);
            }
        }
    }

}

file static class Copies
{
    public static VisionNet Copy(this VisionNet net) =>
        new(net.Config, net.Parameters.Concat(net.Buffers).ToDictionary(t => t.Key, t => t.Value.detach().clone()));
}
