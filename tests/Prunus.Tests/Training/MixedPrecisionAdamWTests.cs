using Prunus.Native;
using Prunus.Tests.Native;
using Prunus.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Training;

public class MixedPrecisionAdamWTests
{
    static MixedPrecisionAdamWTests() => Libtorch.Load();

    /// <summary>p, m, v by the published update in float64.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1.0)]
    public void Three_steps_equal_the_formula(double clip)
    {
        using var scope = NewDisposeScope();
        var options = new AdamWOptions { ClipNorm = clip, WeightDecay = 0.1, DecayVectors = false };
        var weights = new Dictionary<string, Tensor> { ["w"] = arange(6).to(ScalarType.Float32).view(2, 3) - 2, ["b"] = ones(2) };
        using var optimizer = new MixedPrecisionAdamW(weights, weights, options);
        var expected = weights.ToDictionary(w => w.Key, w => w.Value.detach().to(ScalarType.Float64).data<double>().ToArray());
        var moments = weights.ToDictionary(w => w.Key, w => (M: new double[w.Value.numel()], V: new double[w.Value.numel()]));
        for (var t = 1; t <= 3; t++)
        {
            ((weights["w"].pow(3).sum(1) * 5) + weights["b"].pow(2)).sum().backward();
            optimizer.Accumulate();
            var gradients = expected.ToDictionary(e => e.Key, e => Array.ConvertAll(e.Value, x => e.Key == "w" ? 15 * x * x : 2 * x));
            var norm = Math.Sqrt(gradients.Values.SelectMany(g => g).Sum(g => g * g));
            using var reported = optimizer.Step(0.01);
            Assert.Equal(norm, reported.item<float>(), 1e-3);
            var factor = clip > 0 ? Math.Min(1, clip / (norm + 1e-6)) : 1;
            foreach (var (name, values) in expected)
            {
                for (var i = 0; i < values.Length; i++)
                {
                    var g = gradients[name][i] * factor;
                    ref var m = ref moments[name].M[i];
                    ref var v = ref moments[name].V[i];
                    m = (0.9 * m) + (0.1 * g);
                    v = (0.95 * v) + (0.05 * g * g);
                    values[i] -= 0.01 * (name == "w" ? 0.1 : 0) * values[i];
                    values[i] -= 0.01 * (m / (1 - Math.Pow(0.9, t))) / (Math.Sqrt(v / (1 - Math.Pow(0.95, t))) + 1e-8);
                }

                Assert.All(values.Zip(weights[name].detach().data<float>()), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
            }
        }

        Assert.Equal(3, optimizer.StepCount);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Micro_batches_and_outside_gradients_add_up(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var masters = new Dictionary<string, Tensor> { ["w"] = ones(3), ["unused"] = ones(2) };
        var working = type == ScalarType.Float32 ? masters : masters.ToDictionary(p => p.Key, p => p.Value.to(type));
        using var optimizer = new MixedPrecisionAdamW(masters, working, new AdamWOptions { ClipNorm = 0 });
        for (var i = 0; i < 2; i++)
        {
            optimizer.Gradient("w").add_(1);
            (working["w"] * 2).sum().backward();
            optimizer.Accumulate();
        }

        Assert.Equal([6f, 6f, 6f], optimizer.Gradient("w").data<float>().ToArray());
        using var norm = optimizer.Step(0.1);
        Assert.Equal(Math.Sqrt(108), norm.item<float>(), 1e-4);
        Assert.True(working["w"].equal(masters["w"].to(type)).all().item<bool>());
        Assert.Equal([0f, 0f, 0f], optimizer.Gradient("w").data<float>().ToArray());
        (working["w"] * 2).sum().backward();
        optimizer.Accumulate();
        Assert.Equal([2f, 2f, 2f], optimizer.Gradient("w").data<float>().ToArray());
    }

    [Fact]
    public void Restored_state_goes_on_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        var straight = Run(6, null);
        var half = Run(3, null);
        Assert.Equal(straight, Run(3, half));
    }

    [Fact]
    public void No_tensor_is_left() => TensorLeaks.AssertNone(() =>
    {
        using var scope = NewDisposeScope();
        Run(2, null);
    });

    private static float[][] Run(int steps, float[][]? state)
    {
        var masters = new Dictionary<string, Tensor> { ["w"] = linspace(-1, 1, 7) };
        var working = masters.ToDictionary(p => p.Key, p => p.Value.to(ScalarType.BFloat16));
        using var optimizer = new MixedPrecisionAdamW(masters, working, new AdamWOptions());
        if (state is not null)
        {
            foreach (var ((_, tensor), values) in optimizer.State().Zip(state))
            {
                tensor.copy_(torch.tensor(values));
            }

            optimizer.Restored(3);
        }

        for (var i = 0; i < steps; i++)
        {
            working["w"].pow(4).sum().backward();
            optimizer.Accumulate();
            optimizer.Step(0.05).Dispose();
        }

        return optimizer.State().Select(s => s.Tensor.data<float>().ToArray()).ToArray();
    }
}
