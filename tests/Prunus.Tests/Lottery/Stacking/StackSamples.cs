using Prunus.Lottery;
using Prunus.Native;
using Prunus.Randomness;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Stacking;

/// <summary>Nets with values that leave nothing at its neutral start, and images for them.</summary>
internal static class StackSamples
{
    /// <summary>Nets of different weights; biases, scales and running statistics are drawn too.</summary>
    public static VisionNet[] Nets(VisionConfig config, int count, ScalarType type)
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        return [.. Enumerable.Range(1, count).Select(seed =>
        {
            using var drawn = VisionNet.Initialise(config, VisionInitialisations.Named("kaiming-normal"), seed, CPU);
            return new VisionNet(config, config.Tensors().ToDictionary(t => t.Name, t => Value(drawn, t, (ulong)seed).to(type)));
        })];
    }

    /// <summary>Standard normal values.</summary>
    public static Tensor Normal(ulong seed, ScalarType type, params long[] shape)
    {
        Libtorch.Load();
        using var values = empty(shape, ScalarType.Float32);
        new Philox4x32(seed, 77).FillNormal(0, TensorMemory.Span<float>(values));
        return values.to(type);
    }

    /// <summary>Classes 0 … 9, [count].</summary>
    public static Tensor Labels(int count, int shift = 0) => tensor(Enumerable.Range(0, count).Select(i => (long)((i * 7 + shift) % 10)).ToArray());

    /// <summary>Turns gradients on for all parameters.</summary>
    public static T Trained<T>(T net)
        where T : ITicketNet
    {
        foreach (var parameter in net.Parameters.Values)
        {
            parameter.requires_grad_(true);
        }

        return net;
    }

    /// <summary>Largest difference over the largest value.</summary>
    public static double Difference(Tensor expected, Tensor actual)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Assert.Equal(expected.shape, actual.shape);
        var difference = (expected - actual).abs().max().to(ScalarType.Float64).item<double>();
        return double.IsNaN(difference) ? double.PositiveInfinity : difference / Math.Max(1e-12, expected.abs().max().to(ScalarType.Float64).item<double>());
    }

    private static Tensor Value(VisionNet drawn, VisionParameter spec, ulong seed)
    {
        if (spec.IsPrunable)
        {
            return drawn.Parameters[spec.Name];
        }

        var noise = Normal(seed + (ulong)spec.Name.Length, ScalarType.Float32, [.. spec.Shape]) * 0.1f;
        return spec.Role is VisionRole.NormScale or VisionRole.RunningVariance ? noise.abs() + 0.8f : noise;
    }
}
