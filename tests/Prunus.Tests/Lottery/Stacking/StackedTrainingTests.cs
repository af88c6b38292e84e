using Prunus.Lottery;
using Prunus.Lottery.Stacking;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Stacking;

/// <summary>Fifty steps of three nets in one stack, each on batches of its own, against three trainings.</summary>
public sealed class StackedTrainingTests
{
    private const int Steps = 50, Batch = 8;

    // A ResNet's kinds of steps in a net that trains in a second.
    private static readonly VisionConfig Residual = new("residual", new(1, 8, 8), 10,
    [
        new Convolution("conv1", 4, Bias: false), new BatchNorm("bn1"), new Relu("relu1"),
        new Residual("block", [new Convolution("conv2", 6, Stride: 2, Bias: false), new BatchNorm("bn2"), new Relu("relu2"), new Convolution("conv3", 6), new BatchNorm("bn3")]),
        new AveragePool("pool"), new Linear("fc", 10),
    ]);

    [Theory]
    [InlineData("lenet-300-100", 28, false)]
    [InlineData("lenet-300-100", 28, true)]
    [InlineData("lenet-5", 12, false)]
    [InlineData("lenet-5", 12, true)]
    [InlineData("residual", 8, false)]
    [InlineData("residual", 8, true)]
    public void Stacked_EqualsSeparate(string name, int size, bool adam)
    {
        using var scope = NewDisposeScope();
        using var threads = new SingleThread();
        var config = name == "residual" ? Residual : VisionNets.Named(name, new MapShape(1, size, size));
        var nets = StackSamples.Nets(config, 3, ScalarType.Float64);
        var images = StackSamples.Normal(9, ScalarType.Float64, Steps, 3, Batch, 1, size, size);
        using var stack = StackSamples.Trained(VisionStack.Of(nets));
        Train(stack, adam, step =>
        {
            var logits = stack.Forward(images[step], training: true);
            return Enumerable.Range(0, 3).Select(m => nn.functional.cross_entropy(logits[m], Labels(m))).Aggregate((a, b) => a + b);
        });
        for (var m = 0; m < 3; m++)
        {
            using var single = StackSamples.Trained(new VisionTicketNet(nets[m]));
            Train(single, adam, step => nn.functional.cross_entropy(single.Forward(images[step][m], training: true), Labels(m)));
            using var member = stack.Member(m);
            foreach (var (parameter, values) in single.Parameters.Concat(single.Buffers))
            {
                var actual = member.Parameters.TryGetValue(parameter, out var own) ? own : member.Buffers[parameter];
                Assert.True(StackSamples.Difference(values, actual) < 1e-5, parameter);
            }
        }
    }

    private static Tensor Labels(int member) => StackSamples.Labels(Batch, member);

    private static void Train(ITicketNet net, bool adam, Func<int, Tensor> loss)
    {
        var parameters = net.Parameters.Values.ToArray();
        var first = parameters.Select(p => zeros_like(p)).ToArray();
        var second = parameters.Select(p => zeros_like(p)).ToArray();
        for (var step = 0; step < Steps; step++)
        {
            using var scope = NewDisposeScope();
            var gradients = autograd.grad([loss(step)], parameters);
            using var noGradient = no_grad();
            for (var i = 0; i < parameters.Length; i++)
            {
                if (adam)
                {
                    first[i].mul_(0.9).add_(gradients[i] * 0.1);
                    second[i].mul_(0.999).add_(gradients[i] * gradients[i] * 0.001);
                    parameters[i].sub_(1.2e-3 * (first[i] / (1 - Math.Pow(0.9, step + 1))) / ((second[i] / (1 - Math.Pow(0.999, step + 1))).sqrt() + 1e-8));
                }
                else
                {
                    first[i].mul_(0.9).add_(gradients[i]);
                    parameters[i].sub_(first[i] * 0.02);
                }
            }
        }
    }

    private sealed class SingleThread : IDisposable
    {
        private readonly int _before = get_num_threads();

        public SingleThread() => set_num_threads(1);

        public void Dispose() => set_num_threads(_before);
    }
}
