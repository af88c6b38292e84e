using Prunus.Lottery;
using Prunus.Lottery.Stacking;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Tests.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Stacking;

/// <summary>The GPU's engine, its kernels emulated, against the CPU's.</summary>
public sealed class CudaMlpEngineTests
{
    public static TheoryData<OptimiserOptions, bool> Cases => new(
        (new AdamOptions { Epsilon = 1e-4, WeightDecay = 1e-3 }, true), (new SgdOptions { Nesterov = true, WeightDecay = 1e-3 }, true), (new AdamOptions { Epsilon = 1e-4 }, false));

    [Theory, MemberData(nameof(Cases))]
    public void Steps_EqualTheCpuEngine(OptimiserOptions optimiser, bool masked)
    {
        const int members = 3, batch = 7, steps = 105;
        var kernels = EmulatedKernels.Create();
        using var scope = NewDisposeScope();
        var nets = StackSamples.Nets(VisionNets.Named("mlp:24-11", new MapShape(1, 5, 5)), members, ScalarType.Float32);
        using var data = new StepData(
            StackSamples.Normal(3, ScalarType.Float32, 40, 1, 5, 5), StackSamples.Labels(40), batch, new EpochOrder([1, 2, 3], 40, batch).Fill);
        using var expected = VisionStack.Of(nets);
        using var actual = VisionStack.Of(nets);
        var masks = masked ? expected.Parameters.Where(p => p.Key.EndsWith("weight", StringComparison.Ordinal))
            .ToDictionary(p => p.Key, p => (StackSamples.Normal(4, ScalarType.Float32, p.Value.shape) > 0.3f).to(ScalarType.Float32)) : null;
        using var step = new StackedMlpStep(expected, data, optimiser, masks);
        var layers = MlpLayer.Of(actual, masks, optimiser)!;
        foreach (var layer in layers)
        {
            layer.Weight.Apply();
        }

        var rates = Enumerable.Repeat(1e-3f, steps).ToArray();
        var (wanted, losses, examples) = (new float[steps * members], new float[steps * members], new int[steps * members * batch]);
        step.Run(0, rates, wanted);
        for (var s = 0; s < steps; s++)
        {
            data.Order(s, examples.AsSpan(s * members * batch, members * batch));
        }

        using (var engine = new CudaMlpEngine(layers, members, data, kernels))
        {
            engine.Run(examples, [.. rates.Select((r, s) => UpdateRule.At(optimiser, r, s + 1))], losses);
        }

        Assert.True(Goldens.RelativeDifference(wanted, losses) < 1e-5);
        foreach (var (name, values) in expected.Parameters)
        {
            Assert.True(StackSamples.Difference(values, actual.Parameters[name]) < 1e-5, name);
        }

        foreach (var layer in layers)
        {
            layer.Dispose();
        }
    }

    [Fact]
    public void RecordingThatFails_LeavesTheStepsToPlainLaunches()
    {
        var kernels = EmulatedKernels.Create();
        var recorded = 0;
        var losses = ((MlpKernels[])[kernels, new(kernels.Launch, kernels.Enter, _ => throw new PrunusRunException("CUDA", "operation not permitted (900)", "see 'prunus doctor'"))]).Select(k =>
        {
            using var scope = NewDisposeScope();
            using var net = StackSamples.Nets(VisionNets.Named("mlp:6", new MapShape(1, 5, 5)), 1, ScalarType.Float32)[0];
            using var stack = VisionStack.Of([net]);
            using var data = new StepData(StackSamples.Normal(3, ScalarType.Float32, 10, 1, 5, 5), StackSamples.Labels(10), 4, new EpochOrder([1], 10, 4).Fill);
            var layers = MlpLayer.Of(stack, null, new AdamOptions())!;
            var found = new float[3];
            using var engine = new CudaMlpEngine(layers, 1, data, k);
            for (var s = 0; s < 3; s++)
            {
                var loss = new float[1];
                engine.Run([s, s + 1, s + 2, s + 3], [UpdateRule.At(new AdamOptions(), 1e-2f, s + 1)], loss);
                found[s] = loss[0];
            }

            recorded += engine.GraphFault == "CUDA: operation not permitted (900); see 'prunus doctor'" ? 1 : 0;
            layers.ToList().ForEach(l => l.Dispose());
            return found;
        }).ToArray();
        Assert.Equal(losses[0], losses[1]);
        Assert.Equal(1, recorded);
    }

    [Fact]
    public void Trial_FindsNoFaultOfTheCpu() => Assert.Equal(new MlpCheckResult(null, null), MlpCheck.Try(CPU));

    [Fact]
    public void Engine_LeavesNoTensor()
    {
        var kernels = EmulatedKernels.Create();
        TensorLeaks.AssertNone(() =>
        {
            using var net = StackSamples.Nets(VisionNets.Named("mlp:6", new MapShape(1, 5, 5)), 1, ScalarType.Float32)[0];
            using var stack = VisionStack.Of([net]);
            using var data = new StepData(StackSamples.Normal(3, ScalarType.Float32, 10, 1, 5, 5), StackSamples.Labels(10), 4, new EpochOrder([1], 10, 4).Fill);
            var layers = MlpLayer.Of(stack, null, new AdamOptions())!;
            using (var engine = new CudaMlpEngine(layers, 1, data, kernels))
            {
                engine.Run([0, 1, 2, 3], [UpdateRule.At(new AdamOptions(), 1e-3f, 1)], new float[1]);
            }

            foreach (var layer in layers)
            {
                layer.Dispose();
            }
        });
    }

    [Fact]
    public void BatchedProduct_TakesTransposedViews_AndRefusesOtherShapes()
    {
        using var scope = NewDisposeScope();
        var (a, b, result) = (StackSamples.Normal(1, ScalarType.Float32, 2, 3, 4), StackSamples.Normal(2, ScalarType.Float32, 2, 5, 4), StackSamples.Normal(3, ScalarType.Float32, 2, 3, 5));
        BatchedProduct.Into(a, b.transpose(1, 2), result);
        Assert.True(StackSamples.Difference(a.bmm(b.transpose(1, 2)), result) < 1e-6);
        Assert.Throws<ArgumentException>(() => BatchedProduct.Into(a, b, result));
    }
}
