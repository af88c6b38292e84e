using Prunus.Lottery;
using Prunus.Lottery.Stacking;
using Prunus.Lottery.Training;
using Prunus.Tests.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Stacking;

/// <summary>Fifty steps of the written-out path against autograd and <see cref="MaskedOptimiser"/>.</summary>
public sealed class StackedMlpStepTests
{
    // An epsilon above the rounding of gradients: with 1e-8 a weight whose gradient is nearly 0 takes steps of its sign, which two float32 paths round apart.
    // In a net of LeNet's size some of 60·400·50 sums come to lie on either side of a ReLU's zero, from where two paths part: five steps of it.
    public static TheoryData<string, int, int, OptimiserOptions, bool, int> Cases => new(
        ("lenet-300-100", 28, 60, new AdamOptions { Epsilon = 1e-4 }, true, 5),
        ("lenet-300-100", 28, 60, new SgdOptions { WeightDecay = 5e-4, Nesterov = true }, false, 5),
        ("mlp:37-21", 5, 13, new AdamOptions { Epsilon = 1e-4, WeightDecay = 1e-3 }, true, 50),
        ("mlp:37-21", 5, 13, new SgdOptions { Momentum = 0 }, true, 50),
        ("mlp:3", 3, 2, new SgdOptions(), true, 50));

    [Theory, MemberData(nameof(Cases))]
    public void Steps_EqualAutograd(string name, int size, int batch, OptimiserOptions optimiser, bool stacked, int steps)
    {
        using var scope = NewDisposeScope();
        var config = VisionNets.Named(name, new MapShape(1, size, size));
        var nets = StackSamples.Nets(config, stacked ? 3 : 1, ScalarType.Float32);
        using ITicketNet expected = stacked ? VisionStack.Of(nets) : new VisionTicketNet(nets[0]);
        using ITicketNet actual = stacked ? VisionStack.Of(nets) : new VisionTicketNet(VisionStack.Of(nets).Member(0));
        using var data = Data(expected.Members, batch, size);
        var masks = expected.Parameters.Where(p => p.Key.EndsWith("weight", StringComparison.Ordinal))
            .ToDictionary(p => p.Key, p => (StackSamples.Normal((ulong)p.Key.Length, ScalarType.Float32, p.Value.shape) > 0.3f).to(ScalarType.Float32));
        var rates = Enumerable.Range(0, steps).Select(s => 1.2e-3f * (s < 30 ? 1 : 0.1f)).ToArray();
        var wanted = Autograd(expected, data, optimiser, masks, rates, out var state);

        using var step = new StackedMlpStep(actual, data, optimiser, masks, threads: 2);
        var losses = new float[steps * actual.Members];
        step.Run(0, rates.AsSpan(0, 3), losses.AsSpan(0, 3 * actual.Members));
        step.Run(3, rates.AsSpan(3), losses.AsSpan(3 * actual.Members));
        Assert.Equal(steps, step.StepCount);
        Assert.True(Goldens.RelativeDifference(wanted, losses) < 1e-5);
        foreach (var (parameter, values) in expected.Parameters)
        {
            Assert.True(StackSamples.Difference(values, actual.Parameters[parameter]) < 1e-5, parameter);
        }

        foreach (var (moment, values) in step.State())
        {
            Assert.True(StackSamples.Difference(state.Single(s => s.Name == moment).Tensor, values) < 2e-5, moment);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public void WeightsThatAreHeld_TakePartAndStay(bool stacked)
    {
        using var scope = NewDisposeScope();
        var nets = StackSamples.Nets(VisionNets.Named("mlp:37-21", new MapShape(1, 5, 5)), stacked ? 3 : 1, ScalarType.Float32);
        using ITicketNet expected = stacked ? VisionStack.Of(nets) : new VisionTicketNet(nets[0]);
        using ITicketNet actual = stacked ? VisionStack.Of(nets) : new VisionTicketNet(VisionStack.Of(nets).Member(0));
        using var data = Data(expected.Members, 13, 5);
        var masks = expected.Parameters.Where(p => p.Key.EndsWith("weight", StringComparison.Ordinal))
            .ToDictionary(p => p.Key, p => (StackSamples.Normal((ulong)p.Key.Length, ScalarType.Float32, p.Value.shape) > 0.3f).to(ScalarType.Float32));
        FrozenNet Held(ITicketNet net) => new(net, masks.ToDictionary(m => m.Key, m => net.Parameters[m.Key].detach().mul(1 - m.Value)));
        using FrozenNet reference = Held(expected), frozen = Held(actual);
        var optimiser = new AdamOptions { Epsilon = 1e-4, WeightDecay = 1e-3 };
        float[] rates = [.. Enumerable.Repeat(1.2e-3f, 50)];
        var wanted = Autograd(reference, data, optimiser, masks, rates, out _);

        using var step = new StackedMlpStep(frozen, data, optimiser, masks);
        var losses = new float[50 * actual.Members];
        step.Run(0, rates.AsSpan(0, 20), losses.AsSpan(0, 20 * actual.Members));
        step.Restored(20);
        step.Run(20, rates.AsSpan(20), losses.AsSpan(20 * actual.Members));
        Assert.True(Goldens.RelativeDifference(wanted, losses) < 1e-5);
        foreach (var (parameter, values) in expected.Parameters)
        {
            Assert.True(StackSamples.Difference(values, actual.Parameters[parameter]) < 1e-5, parameter);
            Assert.Equal(0, masks.TryGetValue(parameter, out var mask) ? actual.Parameters[parameter].mul(1 - mask).abs().sum().item<float>() : 0);
        }

        Assert.Throws<ArgumentException>(() => new StackedMlpStep(frozen, data, optimiser));
    }

    [Fact]
    public void NaN_OfOneNet_ReachesNoOther()
    {
        using var scope = NewDisposeScope();
        var nets = StackSamples.Nets(VisionNets.Named("mlp:20", new MapShape(1, 5, 5)), 2, ScalarType.Float32);
        var losses = new float[2][];
        var weights = new float[2][];
        for (var run = 0; run < 2; run++)
        {
            using var stack = VisionStack.Of(nets);
            using var data = Data(2, 8, 5);
            stack.Parameters["fc1.weight"][0].fill_(run == 1 ? float.NaN : 0.5f);
            using var step = new StackedMlpStep(stack, data, new AdamOptions());
            losses[run] = new float[10];
            step.Run(0, [.. Enumerable.Repeat(0.01f, 5)], losses[run]);
            weights[run] = stack.Parameters["fc1.weight"][1].data<float>().ToArray();
        }

        Assert.Equal(weights[0], weights[1]);
        Assert.True(float.IsNaN(losses[1][8]) && float.IsFinite(losses[1][9]));
    }

    [Fact]
    public void OtherNets_AreRefused()
    {
        using var scope = NewDisposeScope();
        using var net = new VisionTicketNet(StackSamples.Nets(VisionNets.Named("lenet-5"), 1, ScalarType.Float32)[0]);
        using var data = Data(1, 8, 28);
        Assert.False(StackedMlpStep.Fits(net));
        Assert.Equal("net: lenet-5:1x28x28:10 is no chain of linear layers; train it with MaskedTrainer",
            Assert.Throws<PrunusInputException>(() => new StackedMlpStep(net, data, new AdamOptions())).Message);
    }

    [Fact]
    public void Training_LeavesNoTensor() => TensorLeaks.AssertNone(() =>
    {
        var nets = StackSamples.Nets(VisionNets.Named("mlp:20", new MapShape(1, 5, 5)), 2, ScalarType.Float32);
        using var stack = VisionStack.Of(nets);
        Array.ForEach(nets, n => n.Dispose());
        using var data = Data(2, 8, 5);
        using var step = new StackedMlpStep(stack, data, new AdamOptions());
        step.Run(0, [0.1f], new float[2]);
    });

    private static StepData Data(int members, int batch, int size) => new(
        StackSamples.Normal(3, ScalarType.Float32, 90, 1, size, size), StackSamples.Labels(90), batch,
        new EpochOrder([.. Enumerable.Range(0, members).Select(m => (ulong)m)], 90, batch).Fill);

    private static float[] Autograd(
        ITicketNet net, StepData data, OptimiserOptions options, Dictionary<string, Tensor> masks, float[] rates, out List<(string Name, Tensor Tensor)> state)
    {
        var optimiser = new MaskedOptimiser(net.Parameters, masks, options);
        state = [.. optimiser.State()];
        var losses = new List<float>();
        var examples = new int[net.Members * data.BatchSize];
        foreach (var parameter in net.Parameters.Values)
        {
            parameter.requires_grad = true;
        }

        for (var step = 0; step < rates.Length; step++)
        {
            using var scope = NewDisposeScope();
            data.Order(step, examples);
            var picked = tensor(examples).to(ScalarType.Int64);
            var (inputs, labels) = (data.Inputs.index_select(0, picked), data.Labels.index_select(0, picked));
            if (net.IsStacked)
            {
                (inputs, labels) = (inputs.unflatten(0, [net.Members, data.BatchSize]), labels.unflatten(0, [net.Members, data.BatchSize]));
            }

            var loss = MemberLosses.CrossEntropy(net.Forward(inputs, training: true), labels, net.IsStacked);
            losses.AddRange(loss.data<float>().ToArray());
            optimiser.Step([.. autograd.grad([loss.sum()], [.. optimiser.Parameters])], rates[step]);
        }

        foreach (var parameter in net.Parameters.Values)
        {
            parameter.requires_grad = false;
        }

        return [.. losses];
    }
}
